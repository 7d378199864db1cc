/**
 * Postal addresses: a street with a number as several countries write it, and what goes on from there (a flat, a town with its
 * code). A town alone is nobody's address.
 */
import { matchesOf } from "./matches.js";
import type { Detector, Span } from "./finding.js";

/** A word as it stands in the name of a street or a town. */
const word =
  "\\p{Lu}(?:[\\p{L}'’-]{0,30}(?:[-'’]?\\p{L}|(?<=\\p{Lu}|St|Dr|Pl|Sta|Gral|Gen|Ing|Avv|Prof)\\.(?= ?\\p{L})))?";
const small =
  "(?:de la|de los|de las|de l['’]|de|del|della|delle|dei|degli|dell['’]|di|da|do|dos|das|du|des|d['’]|la|le|les|l['’]|el|los|las|van|van der|van de|van den|von|von der|der|den|zum|zur|am|an der|im|in der|of|the|and|y|e|et|san|santa|saint|st\\.?)";
const words = (most: number): string =>
  `(?:${small} ?){0,2}${word}(?:[ -](?:${small} ?){0,2}${word}){0,${String(most - 1)}}`;
const number = "\\d{1,5}(?: ?[a-zA-Z](?![\\p{L}\\p{N}])|[-/]\\d{1,4}[a-zA-Z]?)?";

const english =
  "Street|St|Avenue|Ave|Av|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Pl|Way|Square|Sq|Terrace|Ter|Close|Crescent|Cres|Gardens|Gdns|Grove|Mews|Row|Hill|Walk|Parkway|Pkwy|Highway|Hwy|Circle|Cir|Trail|Trl|Parade|Quay|Rise|View|Green|Alley|Turnpike|Loop|Broadway|Path|Park|Esplanade|Route|Plaza|Wharf|Vale|Heights|Ridge|Run|Crossing|Bend|Landing|Point|Meadows|Chase|Drove|Croft|Wynd|Gate|Fields?";
const romance = {
  fr: "(?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Bb]d|[Pp]lace|[Cc]hemin|[Ii]mpasse|[Aa]llées?|[Qq]uai|[Cc]ours|[Rr]oute|[Ss]quare|[Pp]assage|[Ss]entier|[Ff]aubourg|[Vv]illa|[Rr]ésidence)",
  es: "(?:[Cc]alle|C/|[Aa]venida|[Aa]vda\\.?|[Aa]v\\.|[Pp]laza|[Pp]za\\.?|[Pp]aseo|[Pp]º|[Cc]arrera|[Cc]amino|[Rr]onda|[Tt]ravesía|[Gg]lorieta|[Cc]arretera|[Cc]arrer|[Rr]ambla)",
  it: "(?:[Vv]ia|[Vv]iale|[Pp]iazza|[Pp]iazzale|[Cc]orso|[Ll]argo|[Vv]icolo|[Ss]trada|[Cc]ontrada|[Ll]ungotevere|[Ll]ungomare)",
  pt: "(?:[Rr]ua|R\\.|[Tt]ravessa|[Aa]lameda|[Pp]raça|[Ee]strada|[Ll]argo)",
  pl: "(?:ul\\.|[Uu]lica|al\\.|[Aa]leja|pl\\.|[Pp]lac|os\\.)",
};
const german =
  "(?:straße|strasse|str\\.|weg|allee|gasse|platz|ring|damm|ufer|steig|pfad|chaussee|stieg|graben|markt|berg|brücke|wall|hof|tor)";
const dutch =
  "(?:straat|laan|weg|plein|gracht|kade|singel|dijk|hof|steeg|baan|pad|dreef|park|plantsoen|markt|wal|haven|lei|steenweg)";

/** After the street: floor or flat, then codes and towns. */
const flat =
  "(?:,? ?(?:(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Fl|Room|Rm|Bldg|Building|#)\\.? ?#?[\\w-]{1,6}|\\d{1,2}(?:º|°|ª|er|e|ème)?\\.? ?(?:étage|piso|planta|[A-D](?![\\p{L}\\p{N}]))|(?:bât|appt?|piso|int|esc|interno|scala|bus|Whg)\\.? ?[\\w-]{1,6}|[IVX]{1,4} OG))";
const break_ = "(?:,? ?\\n? ?|,? )";
const towns = [
  `${word}(?: ${word}){0,3}, ?[A-Z]{2}\\.?(?: \\d{5}(?:-\\d{4})?)?`, // Springfield, IL 62704
  `${word}(?: ${word}){0,3},? [A-Z]{1,2}\\d[A-Z\\d]? ?\\d[A-Z]{2}`, // London SW1A 1AA
  `[A-Z]{1,2}\\d[A-Z\\d]? ?\\d[A-Z]{2}`,
  `${word}(?: ${word}){0,2},? (?:NSW|VIC|QLD|WA|SA|TAS|ACT|NT|ON|QC|BC|AB|MB|SK|NS|NB)(?: \\d{4}| [A-Z]\\d[A-Z] ?\\d[A-Z]\\d)?`,
  `\\d{4} ?[A-Z]{2}(?![\\p{L}\\p{N}])(?:,? ${words(3)})?`, // 1012 AB Amsterdam
  `(?:[A-Z]{1,2}-)?\\d{4,5},? ${words(4)}(?: \\([A-Z]{2}\\)| [A-Z]{2}(?![\\p{L}\\p{N}]))?`, // 10115 Berlin, 00184 Roma RM
  `\\d{2}-\\d{3} ${words(2)}`, // 00-950 Warszawa
  `\\d{4}-\\d{3} ${words(2)}`, // 1000-001 Lisboa
];
const tail = new RegExp(
  `(?:${flat}){0,2}(?:${break_}(?:${towns.join("|")}))?(?:${break_}(?:USA|U\\.S\\.A\\.|United States|UK|United Kingdom|England|Scotland|Wales|Ireland|Deutschland|Germany|Österreich|Schweiz|France|España|Spain|Italia|Italy|Nederland|Netherlands|België|Belgique|Canada|Australia|Polska|Portugal)(?![\\p{L}\\p{N}]))?`,
  "uy",
);
const townOnly = new RegExp(`${break_}${word}(?: ${word}){0,2}(?=[\\s,.;)]|$)(?:,? ?\\d{5})?`, "uy");

const start = "(?<![\\p{L}\\p{N}.,#$€£/-])";
/** Each begins at a digit or at a word that few sentences have. */
const streets: readonly RegExp[] = [
  new RegExp(
    `${start}\\d{1,5}[A-Za-z]?(?:-\\d{1,5})?,? (?:(?:[NSEW]|North|South|East|West|NE|NW|SE|SW)\\.? )?(?:\\d{1,3}(?:st|nd|rd|th) |(?:St\\.? )?${word} (?:${word} |of |the ){0,3})(?:${english})(?![\\p{L}\\p{N}])\\.?(?: (?:[NSEW]|NE|NW|SE|SW)(?![\\p{L}\\p{N}]))?`,
    "gu",
  ),
  new RegExp(`${start}\\d{1,4}(?: ?(?:bis|ter|quater|[A-D]))?,? ${romance.fr} ${words(4)}`, "gu"),
  new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${romance.es}|${romance.it}|${romance.pt}|${romance.pl}|${romance.fr}) ${words(5)}(?:,? (?:n[.º°]{1,2} ?|núm\\.? |nr\\.? |numero )?|, ?)${number}`,
    "gu",
  ),
  new RegExp(
    `(?<![\\p{L}\\p{N}])(?:P\\.? ?O\\.? ?Box|Postfach|Apartado(?: de correos)?|Casella postale|Postbus|Boîte postale|BP) \\d{1,6}(?![\\p{L}\\p{N}])`,
    "gu",
  ),
  new RegExp(
    `(?<![\\p{L}\\p{N}])(?:Am|An der|An den|Auf der|Auf dem|Im|In der|In den|Zum|Zur|Unter den|Hinter der|Alte[rn]?|Neue[rn]?|Obere[rn]?|Untere[rn]?|Große[rn]?|Kleine[rn]?) \\p{Lu}\\p{Ll}{2,20}(?:[ -]?(?:Straße|Str\\.|Platz|Allee|Weg))? ${number}(?=,? ?\\n?(?:D-)?\\d{4,5} \\p{Lu})`,
    "gu",
  ),
  new RegExp(
    `(?<![\\p{L}\\p{N}])\\p{Lu}[\\p{L}-]{2,24}(?: \\p{Lu}[\\p{L}-]{2,20})?[ -](?:Straße|Strasse|Str\\.|Platz|Allee|Weg|Ring|Damm|Ufer|Gasse) ${number}`,
    "gu",
  ),
];
/** Ends of street names that are written in one word, a number after them. */
const compound = new RegExp(`(?:${german}|${dutch}) ${number}(?![\\p{L}\\p{N}])(?![.,]\\d)`, "gu");
/** Words that end so and are no streets. */
const noStreet =
  /^(?:\p{Ll}|Seite|Hinweg|Deswegen|Unterweg|Verlag|Vorbei|.{0,2}(?:weg|pad|hof|park|berg|tor|ring|markt|wal|lei|haven|wall)$)/u;

export const address: Detector = (text) => {
  if (!/\d/u.test(text)) return [];
  const found: Span[] = [];
  for (const street of streets)
    for (const match of matchesOf(street, text)) found.push(onwards(text, match.index, match.index + match[0].length));
  for (const match of matchesOf(compound, text)) {
    const begin = beginOf(text, match.index);
    if (begin === undefined) continue;
    found.push(onwards(text, begin, match.index + match[0].length));
  }
  return found.sort((a, b) => a.start - b.start || b.end - a.end);
};

/** Where the word begins that ends as a street does; with the names that stand before it (`Willy-Brandt-`, `Eerste `). */
function beginOf(text: string, at: number): number | undefined {
  let begin = at;
  while (begin > 0 && at - begin < 40 && /[\p{L}'’-]/u.test(text[begin - 1]!)) begin--;
  const street = text.slice(begin, at);
  if (street.length < 2 || noStreet.test(text.slice(begin, begin + 1)) || !/^\p{Lu}/u.test(street)) return undefined;
  const ordinal =
    /(?:^|[\s,(])((?:Eerste|Tweede|Derde|Nieuwe|Oude|Grote|Kleine|Korte|Lange|Alte|Neue|Sint|Prins|Prinses|Koning|Koningin|Van|Burgemeester) )$/u.exec(
      text.slice(Math.max(0, begin - 20), begin),
    );
  return ordinal ? begin - (ordinal[1]?.length ?? 0) : begin;
}

function onwards(text: string, start: number, end: number): Span {
  tail.lastIndex = end;
  let to = end + (tail.exec(text)?.[0].length ?? 0);
  if (to === end) {
    townOnly.lastIndex = end;
    const town = text[end] === "," ? townOnly.exec(text)?.[0] : undefined;
    to += town?.length ?? 0;
  }
  return { start, end: to };
}
