/**
 * Detects postal addresses: a street with a number in the formats of several countries, and what follows it (a flat, a
 * town with its postal code). A town alone is not personal.
 */
import { allMatches } from "./matches.js";
import type { PersonalDataDetector, TextSpan } from "./finding.js";

/** A word in the name of a street or a town. */
const word =
  "\\p{Lu}(?:[\\p{L}'’-]{0,30}(?:[-'’]?\\p{L}|(?<=\\p{Lu}|St|Dr|Pl|Sta|Gral|Gen|Ing|Avv|Prof)\\.(?= ?\\p{L})))?";
const small =
  "(?:de la|de los|de las|de l['’]|de|del|della|delle|dei|degli|dell['’]|di|da|do|dos|das|du|des|d['’]|la|le|les|l['’]|el|los|las|van|van der|van de|van den|von|von der|der|den|zum|zur|am|an der|im|in der|of|the|and|y|e|et|san|santa|saint|st\\.?)";
const words = (most: number): string =>
  `(?:${small} ?){0,2}${word}(?:[ -](?:${small} ?){0,2}${word}){0,${String(most - 1)}}`;
const number =
  "\\d{1,5}(?:(?: ?[a-zA-Z]| (?:bis|ter))(?![\\p{L}\\p{N}])|[/][A-Za-z](?![\\p{L}\\p{N}])|(?:[-/]\\d{1,4}[a-zA-Z]?){1,3})?";

const english =
  "Street|Str|St|Avenue|Ave|Av|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Pl|Way|Square|Sq|Terrace|Ter|Close|Crescent|Cres|Gardens|Gdns|Grove|Mews|Row|Hill|Walk|Parkway|Pkwy|Highway|Hwy|Circle|Cir|Trail|Trl|Parade|Quay|Rise|View|Green|Alley|Turnpike|Loop|Broadway|Path|Park|Esplanade|Route|Plaza|Wharf|Vale|Heights|Ridge|Run|Crossing|Bend|Landing|Point|Meadows|Chase|Drove|Croft|Wynd|Gate|Fields?|Ride|Mount|Brae|Cottages|Villas|Embankment|Promenade|Approach|Bypass|Byway|Causeway|Dene|Drift|Garth|Glen|Glade|Knoll|Manor|Mall|Orchard|Reach|Spinney|Strand|Trace|Vista|Yard|Common|Cove|Expressway|Freeway|Nagar|Marg|Chowk|Salai";
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
const northern = "(?:gatan|gata|gaten|vägen|veien|vegen|gade|vej|katu|tie|stræde|plads)";

/** Parts after the street: floor or flat, then postal codes and towns. */
const flat =
  "(?:,? ?(?:- )?(?:(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Fl|Room|Rm|Bldg|Building|Lot|Level|#)\\.? ?#?[\\w-]{1,6}|\\d{1,2}(?:st|nd|rd|th) [Ff]loor|\\d{1,2}(?:\\.?[º°ª]|er|e|ème)?\\.? ?(?:étage|piso|planta|andar|izq\\p{L}*\\.?|dcha?\\.?|(?:Esq|Dto|Dir|Frt|Fte|esq|dto)\\.?(?!\\p{L})|[A-D](?![\\p{L}\\p{N}]))|(?:bât|Bât|[Aa]ppt?|[Aa]pto|[Pp]iso|int|esc|interno|scala|bus|bte|Whg|Wohnung|Stiege|Top|m|lok|kv|lgh)\\.? ?[\\w-]{1,6}|R/C|[IVX]{1,4} OG))";
const break_ = "(?:,? ?\\n? ?|,? | [-–] ?)";
const end = "(?![\\p{L}\\p{N}])";
const town = `${word}(?: (?:(?:upon|on|under|le|in|of|the|am|an der|de|del|do|da|di|sur|la) )?${word}){0,3}`;
const codes = {
  britain: "[A-Z]{1,2}\\d[A-Z\\d]? ?\\d[A-Z]{2}",
  ireland: "[A-Z]\\d[\\dW] ?[A-Z\\d]{4}",
  canada: "[A-Z]\\d[A-Z] ?\\d[A-Z]\\d",
  india: "[1-9]\\d{2} ?\\d{3}",
};
/** Distinctive postal codes, with their towns. */
const coded = [
  `${town},? (?:NT|ON|QC|BC|AB|MB|SK|NS|NB|NL|PE|YT|NU),? ${codes.canada}${end}`, // Guelph, ON N1H 3T8
  `${town},? (?:NSW|VIC|QLD|WA|SA|TAS|ACT|NT),? \\d{4}${end}`, // Perth WA 6000
  `(?:${town},? ?\\n?){0,2}${town}[, ] ?\\n?(?:${codes.britain}|${codes.ireland})${end}`, // London SW1A 1AA
  `${town}, ?[A-Z]{2}\\.? \\d{5}(?:-\\d{4})?${end}`, // Springfield, IL 62704
  `(?:${town}, ?){0,2}${town}(?:,| -| –)? ?${codes.india}${end}`, // Mumbai 400020
  `(?:${town}, ?){0,1}${town} ?[-–/,] ?[A-Z]{2},? (?:CEP:? ?)?\\d{5}-?\\d{3}${end}`, // São Paulo - SP, 01310-100
  `\\d{4} ?[A-Z]{2}${end},? ${words(3)}`, // 1012 AB Amsterdam
  `(?:[A-Z]{1,2}-)?\\d{5},? ${words(4)}(?: \\(?[A-Z]{2}\\)?${end})?(?: (?:Cedex|CEDEX)(?: \\d{1,2})?)?`, // 10115 Berlin, 00184 Roma RM
  `\\d{2}-\\d{3} ${words(2)}`, // 00-950 Warszawa
  `\\d{4}-\\d{3} ${words(3)}`, // 1000-001 Lisboa
  `\\d{3} \\d{2} ${words(2)}`, // 111 22 Stockholm
];
const towns = [
  ...coded,
  `${town}, ?[A-Z]{2}\\.?${end}`, // Springfield, IL
  `${town},? (?:NSW|VIC|QLD|WA|SA|TAS|ACT|NT|ON|QC|BC|AB|MB|SK|NS|NB)${end}`,
  `${codes.britain}${end}`,
  `(?:[A-Z]{1,2}-)?\\d{4},? ${words(4)}`, // 8001 Zürich
];
const country = `(?:USA|U\\.S\\.A\\.|United States|UK|United Kingdom|England|Scotland|Wales|Ireland|Deutschland|Germany|Österreich|Austria|Schweiz|Switzerland|France|España|Spain|Italia|Italy|Nederland|Netherlands|België|Belgique|Belgium|Canada|Australia|New Zealand|India|Brasil|Brazil|México|Mexico|Polska|Poland|Portugal|Sverige|Norge|Danmark)${end}`;
const tail = new RegExp(`(?:${flat}){0,2}(?:${break_}(?:${towns.join("|")}))?(?:${break_}${country})?`, "uy");
const townOnly = new RegExp(`${break_}${word}(?: ${word}){0,2}(?=[\\s,.;)]|$)(?:,? ?\\d{5})?`, "uy");

const start = "(?<![\\p{L}\\p{N}.,#$€£/-])";
/** Prefix of a house number: a flat or a plot with its own marker. */
const unit =
  "(?:(?:Flat|Apt|Apartment|Unit|Suite|Room|House|Plot|Shop|Block|Villa|Lot|Level|Studio)\\.? ?(?:No\\.? ?)?#?[A-Z]?\\d{0,4}[A-Za-z]?(?:, ?|/| )|\\d{1,4}[A-Za-z]?/)?";
const house = "\\d{1,5}[A-Za-z]?(?:[-–]\\d{1,5}[A-Za-z]?)?";
const wind = "(?:(?:[NSEW]|North|South|East|West|NE|NW|SE|SW)\\.? )?";
/** A postal code; a text must contain one before streets with arbitrary names are searched for. */
const code =
  /\d{5}|\d{4} ?[A-Z]{2}|\d{4}-\d{3}|\d{2}-\d{3}|\d{3} \d{2,3}|\d[A-Z]{2}(?!\p{L})|[A-Z]\d[A-Z\d] ?\d|[A-Z]{2,3},? \d{4}/u;
/** Each pattern begins with a digit or a word that is rare in sentences, for speed. */
const streets: readonly RegExp[] = [
  new RegExp(
    `${start}${unit}${house},? ${wind}(?:\\d{1,3}(?:st|nd|rd|th) |(?:St\\.? )?${word} (?:${word} |of |the ){0,3})(?:${english})(?![\\p{L}\\p{N}])\\.?(?: (?:[NSEW]|NE|NW|SE|SW|North|South|East|West)(?![\\p{L}\\p{N}]))?(?:(?<=Road|Rd|Route|Highway|Hwy) \\d{1,4}(?![\\p{L}\\p{N}]))?`,
    "gu",
  ),
  new RegExp(`${start}\\d{1,4}(?: ?(?:bis|ter|quater|[A-D]))?,? ${romance.fr} ${words(4)}`, "gu"),
  new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${romance.es}|${romance.it}|${romance.pt}|${romance.pl}|${romance.fr}) ${words(5)}(?:,? (?:n[.º°]{1,2} ?|núm\\.? |nr\\.? |numero |número )?|, ?)${number}`,
    "gu",
  ),
  // `Carrera 7 # 45-12`
  new RegExp(
    `(?<![\\p{L}\\p{N}])(?:[Cc]alle|[Cc]arrera|[Cc]ra\\.?|[Cc]l\\.|[Aa]venida|[Aa]v\\.|[Dd]iagonal|[Tt]ransversal) \\d{1,3}[A-Z]? ?(?:#|[Nn]o\\.?|[Nn][.º°]+) ?\\d{1,3}[A-Z]? ?- ?\\d{1,3}`,
    "gu",
  ),
  // Names that contain a number: `3 Maja 12`.
  new RegExp(`(?<![\\p{L}\\p{N}])${romance.pl} \\d{1,2} ${word} ${number}`, "gu"),
  new RegExp(
    `(?<![\\p{L}\\p{N}])(?:P\\.? ?O\\.? ?Box|Postfach|Apartado(?: de correos)?|Casella postale|Postbus|Boîte postale|BP|skr\\. poczt\\.) \\d{1,6}(?![\\p{L}\\p{N}])`,
    "gu",
  ),
  new RegExp(
    `(?<![\\p{L}\\p{N}])(?:Am|An der|An den|Auf der|Auf dem|Im|In der|In den|Zum|Zur|Unter den|Hinter der|Alte[rn]?|Neue[rn]?|Obere[rn]?|Untere[rn]?|Große[rn]?|Kleine[rn]?) \\p{Lu}\\p{Ll}{2,20}(?:[ -]?(?:Straße|Str\\.|Platz|Allee|Weg))? ${number}(?=,? ?\\n?(?:D-)?\\d{4,5} \\p{Lu})`,
    "gu",
  ),
  // `Am Sonnenhang 64`: place descriptions used as street names.
  new RegExp(
    `(?<![\\p{L}\\p{N}])(?:Am|An der|Auf der|Auf dem|Im|In der|In den|Zum|Zur|Unter den|Hinter de[rnm]|Beim|Vor de[rm]) \\p{Lu}\\p{Ll}{0,20}(?:hang|berg|bach|feld|felde|hof|grund|anger|rain|wiesen?|garten|gärten|park|see|wald|tal|mühle|kirche|markt|tor|turm|brunnen|höhe|ring|eck|horst|stein|damm|bogen|busch|teich|graben|acker|kamp|steg|schloss|bahnhof|linden|eichen|buchen|heide|hütte|burg|hag|winkel|zaun|ufer|brücke|leite|halde) \\d{1,3} ?[a-z]?(?![\\p{L}\\p{N}]|[.,]\\d)`,
    "gu",
  ),
  // `Straße des Friedens 51 b`
  new RegExp(
    `(?<![\\p{L}\\p{N}])(?:Straße|Strasse|Platz|Allee|Weg|Ufer|Hof|Ring|Gasse) (?:der|des|am|zum|zur|an der|von|vom|im) (?:\\p{Lu}[\\p{L}.-]{1,20} |\\d{1,2}\\. ){1,3}${number}`,
    "gu",
  ),
  new RegExp(
    `(?<![\\p{L}\\p{N}])\\p{Lu}[\\p{L}-]{2,24}(?: \\p{Lu}[\\p{L}-]{2,20})?[ -](?:Straße|Strasse|Str\\.|Platz|Allee|Weg|Ring|Damm|Ufer|Gasse) ${number}`,
    "gu",
  ),
];
const beforeCodes: readonly RegExp[] = [
  // Any street name: a number before it, and a town with its postal code after it.
  new RegExp(
    `${start}${unit}${house},? ${wind}${words(4)}(?:${flat}){0,2}(?=(?:,? ?\\n ?|, )(?:${coded.slice(0, 6).join("|")}))`,
    "gu",
  ),
  new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${word} ){1,3}${number}(?:${flat})?(?=(?:,? ?\\n ?|, | [-–] )(?:${coded.slice(6).join("|")}))`,
    "gu",
  ),
  // `No. 45, 3rd Cross, Indiranagar, Bengaluru 560038`
  new RegExp(
    `(?<![\\p{L}\\p{N}])(?:(?:H\\.? ?|Door |House |Plot |Flat |Shop |Room )?(?:No|Number)\\.? ?|#|(?:Flat|Plot|House|Door) )[A-Z]?[\\d][\\w/-]{0,7},? (?:(?:\\d{1,3}(?:st|nd|rd|th)|${word})(?: (?:\\d{1,3}(?:st|nd|rd|th)|${word})){0,3}, ?){1,4}(?=${town}(?:,| -| –)? ?${codes.india}${end})`,
    "gu",
  ),
];
/** Suffixes of one-word street names, followed by a number. */
const compound = new RegExp(`(?:${german}|${dutch}|${northern}) ${number}(?![\\p{L}\\p{N}])(?![.,]\\d)`, "gu");
/** Words with such a suffix that are not streets. */
const noStreet =
  /^(?:\p{Ll}|Seite|Hinweg|Deswegen|Unterweg|Verlag|Vorbei|.{0,2}(?:weg|pad|hof|park|berg|tor|ring|markt|wal|lei|haven|wall)$)/u;

export const addressDetector: PersonalDataDetector = (text) => {
  if (!/\d/u.test(text)) return [];
  const found: TextSpan[] = [];
  for (const street of code.test(text) ? [...streets, ...beforeCodes] : streets)
    for (const match of allMatches(street, text)) found.push(onwards(text, match.index, match.index + match[0].length));
  for (const match of allMatches(compound, text)) {
    const begin = beginOf(text, match.index);
    if (begin === undefined) continue;
    found.push(onwards(text, begin, match.index + match[0].length));
  }
  return found.sort((a, b) => a.start - b.start || b.end - a.end);
};

/**
 * Returns the start of the street name whose suffix begins at the position, including preceding names (`Willy-Brandt-`,
 * `Eerste `).
 */
function beginOf(text: string, position: number): number | undefined {
  let begin = position;
  while (begin > 0 && position - begin < 40 && /[\p{L}'’-]/u.test(text[begin - 1]!)) begin--;
  const street = text.slice(begin, position);
  if (street.length < 2 || noStreet.test(text.slice(begin, begin + 1)) || !/^\p{Lu}/u.test(street)) return undefined;
  const ordinal =
    /(?:^|[\s,(])((?:Eerste|Tweede|Derde|Nieuwe|Oude|Grote|Kleine|Korte|Lange|Alte|Neue|Sint|Prins|Prinses|Koning|Koningin|Van|Burgemeester) )$/u.exec(
      text.slice(Math.max(0, begin - 20), begin),
    );
  return ordinal ? begin - (ordinal[1]?.length ?? 0) : begin;
}

function onwards(text: string, start: number, end: number): TextSpan {
  tail.lastIndex = end;
  let to = end + (tail.exec(text)?.[0].length ?? 0);
  if (to === end) {
    townOnly.lastIndex = end;
    const town = text[end] === "," ? townOnly.exec(text)?.[0] : undefined;
    to += town?.length ?? 0;
  }
  return { start, end: to };
}
