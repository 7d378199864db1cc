/** Context before and after a possible name, as scores. */
import { accentlessForm } from "./filters.js";
import {
  verbsBeforeNames,
  articleWords,
  closingWords,
  personVerbs,
  anySubjectVerbs,
  greetingWords,
  introductionPhrases,
  relationshipWords,
  thingNouns,
  titleWords,
  wordsBeforeNames,
  ambiguousTitles,
  locationPrepositions,
} from "./vocabulary.js";

const labelled =
  /(?:^|[\n\r;,|•*("'{\t-]|\. ) ?["']?(?:full[ _]?name|first[ _]?name|last[ _]?name|given[ _]?name|family[ _]?name|surname|name|customer(?:[ _]?name)?|client|patient(?:[ _]?name)?|contact(?: person)?|employee|applicant|candidate|owner|holder|account holder|cardholder|recipient|sender|author|manager|agent|guest|passenger|student|teacher|doctor|nurse|attn|attention|from|to|cc|signed|signature|by|reported by|caller|user|member|beneficiary|insured|tenant|witness|fao|for the attention of|nok|next of kin|bearer|interviewer|organi[sz]er|attendees?|participants?|present|apologies|chair|minutes|prepared by|checked by|entered by|driver|pt|pat\.?|pte|pac\.?|nom et prénom|nom, prénom|nom complet|nombre y apellidos|apellidos y nombre|nombre completo|nome e cognome|cognome e nome|nome completo|nazwisko|imię|imię i nazwisko|nazwisko i imię|pacjent(?:ka)?|klient(?:ka)?|odbiorca|nadawca|utente|assinatura|médico|medico|arzt|ärztin|lekarz|behandelnder arzt|absender(?:in)?|mitarbeiter(?:in)?|bearbeiter(?:in)?|sachbearbeiter(?:in)?|teilnehmer(?:in)?|gez\.?|i\. ?a\.|i\. ?v\.|signé|firmado|fdo\.?|firmato|f\.to|ondertekend|podpisano|assinado|kunde|kundin|patientin|vorname|nachname|ansprechpartner(?:in)?|absender|empfänger|kontoinhaber|nom|prénom|titulaire|destinataire|expéditeur|nombre|apellidos?|titular|cliente|paciente|nome|cognome|intestatario|paziente|mittente|destinatario|naam|voornaam|achternaam|klant|patiënt|afzender)["']?\s?(?::|=|\t|–|-)\s{0,2}["']?$/iu;
/** Matches closing words, separated from the name by a line break, a comma, or both. */
const closed =
  /(?:^|[\s,.!?])(\p{L}+)(?: (?:dir|dich|euch|sie|again|you|so much|in advance|much|and))?[ \t]{0,3}[,.!–-]*[ \t]{0,3}(?:\n[ \t]{0,3}){1,2}$|(?:^|[\n.!?] ?)(?:\p{L}+ ){0,2}(\p{L}+)[,–-]+ ?$/u;
const before1 = /(\p{L}[\p{L}'’]*)(\.?),? $/u;
const possessed = /^['’]s?(?![\p{L}])/u;
/** `Jacob's Ladder`, `at Denny's.`: names of things and firms. */
const titledThing = /^['’]s? \p{Lu}/u;
const firms =
  /^['’]s(?:[.,;:!?)"]|$| (?:for|to|on|in|and|or|is|was|with|at|from|the|as|by|but|went|said to)(?!\p{L}))/u;
const ampersand = /^ ?(?:&|\+) ?\p{Lu}/u;
/** Matches a separate cell in a table row. */
const cell = [/(?:^|\n|[;|\t]|\S,)[ "']?$/u, /^[ "']?(?:[;|\t]|,\S|\n|$)/u] as const;
/** Matches a time stamp before a name in a log or a chat: `11:36 `, `[2024-03-01 10:22] `. */
const logged =
  /(?:^|\n)[[(]?(?:\d{1,4}[-./]\d{1,2}[-./]\d{1,4},? )?\d{1,2}[:.h]\d{2}(?::\d{2})?(?: ?[ap]m)?[\])]?(?: ?[-–>])? <?$/iu;
const spoken = /^>?:(?: |\n)/u;
const structured =
  /^(?:,? ?\((?:\d|[a-z0-9._-]+@|born|aged?|m\b|f\b|he|she|they)|,? ?<|, ?(?:aged? )?\d{1,3}(?:[,.]| years| ans| jahre| años| anni| jaar)|,? ?[\w.+-]{2,40}@|,? (?:whose|who)\b|, (?:the |our |my |your |his |her |a |an )?(?:\p{Ll}+ )?(?:ceo|cto|cfo|manager|director|head|engineer|nurse|teacher|president|founder|owner|assistant|lawyer|doctor|professor|customer|patient|agent|resident|tenant|mother|father|wife|husband|son|daughter)\b|,? (?:born|residing|living|tel|phone|email|geboren|né|née|nacid[oa]|nat[oa])\b|,? ?(?:\+|\(0)\d)/iu;
const numbered = /^(?:[ -]\d|™|®|['’]?\d|\/|\.(?:com|org|net|io|js|py)\b|-\p{Ll}|&)/u;

export interface NameContext {
  readonly weight: number;
  /** True if the words before announce a name explicitly. */
  readonly isEvident: boolean;
  readonly sentenceStart: boolean;
}

/** @param place true if the name may be that of a place */
export function nameContextOf(text: string, start: number, end: number, place: boolean): NameContext {
  const before = text.slice(Math.max(0, start - 48), start);
  const after = text.slice(end, end + 48);
  const sentenceStart = /(?:^|[.!?:]["')\]]? {1,2}|[\n\r"“(•*>-][ \t]*)$/.test(before);
  let [weight, isEvident] = [0, false];
  const tell = (by: number): void => {
    weight += by;
    isEvident = true;
  };
  if (introduced(before)) tell(0.8);
  else if (labelled.test(before)) tell(0.9);
  else if (/\d/.test(before.slice(-10)) && logged.test(before)) tell(0.6);
  else if (sentenceStart && spoken.test(after) && /(?:^|\n)[ \t>*-]*$/.test(before)) weight += 0.5;
  else if (!place && /(?:^|[\n;|\t,])[ "']?$/.test(before.slice(-2)) && inRow(before, after)) tell(0.5);
  else if (/(?:^|\n)\p{L}[\p{L} ]{2,24}: $/u.test(before)) weight += 0.4;
  else {
    const closing = closed.exec(before);
    if (closingWords.has(accentlessForm(closing?.[1] ?? closing?.[2] ?? ""))) tell(0.8);
    else {
      // Evaluated first, because it may set the evidence.
      const by = wordBefore(before, after, /\p{L} \p{Lu}/u.test(text.slice(start, end)), tell);
      weight += by;
    }
  }
  if (!isEvident && atEnd(before, after, text.length - end)) tell(0.5);
  if (!isEvident && aloneInLine(before, after, text.length - end)) tell(0.6);
  weight += wordAfter(after, sentenceStart);
  if (place && locationPrepositions.has(lastWord(before))) weight -= 0.5;
  if (/\p{L} ?[&+] ?$/u.test(before)) weight -= 0.7;
  return { weight, isEvident, sentenceStart };
}

/** Returns true for a signature: a separate line after a line that ended. */
function aloneInLine(before: string, after: string, left: number): boolean {
  return /[.!?,]\s*\n\s*[-–—]?\s*$/.test(before) && (left === 0 || /^[ \t]*(?:\n|$)/.test(after));
}

/** Returns true for a signature at the end of the text, after a complete sentence. */
function atEnd(before: string, after: string, left: number): boolean {
  if (left > 2 || !/^[.!]?\s*$/.test(after)) return false;
  return /(?:[.!?…)]\s+[-–—]?\s*|\s[-–—]{1,2}\s?|\n[-–—~]?\s*|,\s*\n\s*)$/.test(before) && before.length > 20;
}

/** Returns true for a cell in a row with other cells. */
function inRow(before: string, after: string): boolean {
  return (
    cell[0].test(before) && cell[1].test(after) && /[;|\t]|,\S|\S,$/.test(`${after.slice(0, 2)} ${before.slice(-2)}`)
  );
}

/** Returns true if the last words, up to five, announce a name: `my name is`, `spoke with a`. */
function introduced(before: string): boolean {
  if (!before.endsWith(" ")) return false;
  const words = before.trimEnd().toLowerCase().replaceAll("’", "'").split(/\s/u);
  let phrase = "";
  for (let count = 1; count <= 5 && count <= words.length; count++) {
    const word = words[words.length - count] ?? "";
    phrase = count === 1 ? word : `${word} ${phrase}`;
    if (introductionPhrases.has(phrase.replace(/^[^\p{L}]+/u, ""))) return true;
    if (count === 2 && /^(?:hi|hey|hello|hallo)?,? ?im$/.test(phrase)) return true;
  }
  return false;
}

function lastWord(before: string): string {
  return accentlessForm(before1.exec(before)?.[1] ?? "");
}

/** Prepositions between a verb of speaking and the person addressed. */
const toSomeone = new Set("a al alla ao an aan to with mit con com avec met z do".split(" "));
const english = /(?<!\p{L})(?:the|and|is|was|it|then|of|for|with|to|my|at)(?!\p{L})/iu;

/** @param full true for a given and a family name: `then a Noura Al Suwaidi picks up` */
function wordBefore(before: string, after: string, full: boolean, tell: (by: number) => void): number {
  const word = lastWord(before);
  if (word === "") return 0;
  // A full stop ends a sentence there, except after an abbreviated word.
  if (/\p{Ll}{2}\. $/u.test(before) && !titleWords.has(word) && !(relationshipWords.has(word) && word.length < 5))
    return 0;
  if (greetingWords.has(word)) {
    // `Hello, Uploading a file fails`: the text after the comma is a sentence.
    if (/, ?$/.test(before) && /^ \p{Ll}/u.test(after)) return 0.1;
    tell(/\b(?:thanks?|thank you),? $/i.test(before) && !/^[!,.]/.test(after) ? 0.5 : 0.75);
    return 0;
  }
  if (relationshipWords.has(word)) {
    if (before.endsWith(", ")) return 0.4;
    tell(0.6);
    return 0;
  }
  if (titleWords.has(word) && !ambiguousTitles.has(word)) {
    tell(1);
    return 0;
  }
  if (toSomeone.has(word)) {
    const verb = accentlessForm(/(\p{L}+) \p{L}+ $/u.exec(before)?.[1] ?? "");
    if (verbsBeforeNames.has(verb) || personVerbs.has(verb)) return 0.7;
  }
  if (word === "a" && !/[à]/u.test(before.slice(-3)) && full && english.test(before)) return -0.4;
  // `Ontem a Ana ligou`
  if (word === "a" && !english.test(`${before} ${after}`)) return 0.1;
  if (articleWords.has(word)) return -1;
  if (locationPrepositions.has(word)) return -0.35;
  if (verbsBeforeNames.has(word)) return 0.75;
  return wordsBeforeNames.has(word) ? 0.25 : 0;
}

/** Verbs of firms, clubs and products. */
const trades = new Set(
  "recalled merged declined stocks sells sold beat beats plays play launched launches released releases acquired rose fell closed closes opens opened ships apre apriran abre abrira abrio ouvre ouvrira joue juega gioca joga eroffnet schliesst bleibt ganho empato gano perdio vince hates likes blooms flowers costs cost kostet cuesta costa coute".split(
    " ",
  ),
);

function wordAfter(after: string, sentenceStart: boolean): number {
  if (structured.test(after)) return 0.6;
  if (numbered.test(after)) return -0.7;
  if (titledThing.test(after)) return -0.7;
  if (firms.test(after)) return -0.9;
  if (ampersand.test(after)) return -0.7;
  if (possessed.test(after)) return 0.2;
  const written = /^,? (\p{L}+)/u.exec(after)?.[1] ?? "";
  const next = accentlessForm(written);
  // `Siemens AG`, but `Ewa se queja`.
  if (thingNouns.has(next) && !/^\p{Ll}{1,3}$/u.test(written)) return -0.9;
  if (/^ (?:Street|St|Park|Lake|Road|Hill|Bay)(?!\p{L})/u.test(after)) return -0.9;
  if (trades.has(next)) return -0.4;
  if (personVerbs.has(next)) return sentenceStart ? 0.45 : 0.55;
  return anySubjectVerbs.has(next) || /^[a-z]{3,}ed$/.test(next) ? 0.25 : 0;
}
