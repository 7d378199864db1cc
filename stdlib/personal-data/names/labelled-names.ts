/**
 * Finds names after labels that only precede a person's name, without word lists: `Patient: Kaya, Elif`, `Nom et prénom
 * : Le Goff, Maëlle`.
 */
import { allMatches } from "../matches.js";
import type { TextSpan } from "../finding.js";
import { accentlessForm } from "./filters.js";
import { lookUpWord } from "./lists.js";
import { neverNames, thingNouns, titleWords } from "./vocabulary.js";

const labels =
  "(?:full |first |last |given |family |patient'?s? |customer |client |guest |applicant |maiden )?name|surname|forename|patient(?:in)?|pat\\.|pt\\.?|pte\\.?|patiënt(?:e)?|paciente|paziente|pacjent(?:ka)?|nom(?: et prénom| complet| de famille)?|nom, prénom|prénom|nombre(?: y apellidos| completo)?|apellidos(?: y nombre)?|nome(?: e cognome| completo)?|cognome(?: e nome)?|naam|achternaam|vor- und nachname|vorname|nachname|familienname|imię i nazwisko|nazwisko(?: i imię)?|insured|versicherter?|assuré|titular|titulaire|intestatario|kontoinhaber(?:in)?|account holder|cardholder|policyholder|beneficiary|next of kin|interviewee|passenger|dr\\.?|frau|herrn?|mevr\\.?|dhr\\.?";
const label = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${labels})["']?(?:\\s?[:=]\\s{0,2}|\\t|(?<=\\.|\\bpt|dr|frau|herrn?) )["']?`,
  "giu",
);
const particle =
  "(?:(?:van|von|de|del|della|di|da|dos|das|do|du|des|der|den|ten|ter|zu|zum|la|le|el|al|bin|ibn|bint|ap|in|'t|’t|y|e) |d['’]|al-|el-)";
const word = "\\p{Lu}[\\p{L}\\p{M}]{0,24}(?:['’-]\\p{L}[\\p{L}\\p{M}]{0,24}){0,2}";
const whole = new RegExp(
  `(?<last>(?:${particle}){0,3}${word}(?:(?: (?:${particle}){0,3}|-)${word}){0,3})(?:, (?<first>${word}(?:[ -]${word}){0,2}(?: ${particle}{1,2})?)(?=\\s*(?:$|[\\n;(|.]|, ?(?:geb|born|né|nac|nat|ur\\.|\\*|\\d|dob|m\\b|f\\b|aged?\\b|male|female|fall|wohn)|,? (?:dob|geb|seen|was|who|age)\\b| [-–] )))?`,
  "iuy",
);
/** Cheap pre-check: texts without a match are skipped. */
const hint = /[\p{L}"'] ?[:=\t]|\b(?:[Pp]a?t\.?|PT|[Dd][Rr]\.?|[Dd]hr\.?|[Mm]evr\.?|[Pp]te\.?|[Ff]rau|[Hh]errn?) /u;
/** Airline format: `SMITH/JOHN MR`. */
const ticket =
  /(?<![\p{L}\p{N}])(\p{Lu}{2,}(?:[ '’-]\p{Lu}{2,})?)\/(\p{Lu}{2,}(?:[ -]\p{Lu}{2,}){0,2})(?= ?(?:MR|MRS|MS|MISS|MSTR|DR|CHD|INF)(?!\p{L}))/gu;
const capital = /^\p{Lu}/u;

export function findLabelledNames(text: string): readonly TextSpan[] {
  const found: TextSpan[] = [];
  for (const match of hint.test(text) ? allMatches(label, text) : []) {
    const start = match.index + match[0].length;
    whole.lastIndex = start;
    const { 0: written, groups } = whole.exec(text) ?? {};
    if (written === undefined) continue;
    const lasts = (groups?.["last"] ?? "").split(" ");
    const colon = /[:=\t]/.test(match[0]);
    // Without a comma and a colon, the rules for names in sentences are more accurate.
    if (groups?.["first"] === undefined && (!colon || !lasts.every(isNamed))) continue;
    if (![...lasts, ...(groups?.["first"] ?? "").split(" ")].every(fits)) continue;
    found.push({ start, end: start + written.length });
  }
  for (const { 0: written, 1: last = "", 2: first = "", index } of text.includes("/") ? allMatches(ticket, text) : [])
    if ([last, first].some((one) => one.split(/[ -]/).some((part) => isNamed(part))))
      found.push({ start: index, end: index + written.length });
  return found;
}
/** Returns true if the word is capitalized and is not a word of firms, days or forms. */
function fits(written: string): boolean {
  const plain = accentlessForm(written);
  if (!capital.test(written))
    return /^(?:van|von|de|del|della|di|da|dos|das|do|du|des|der|den|ten|ter|zu|zum|la|le|el|al|bin|ibn|bint|ap|in|'t|’t|y|e)$|^(?:al|el)-|^d['’]/u.test(
      written,
    );
  const one = lookUpWord(plain);
  return (
    !titleWords.has(plain) &&
    (one.first || one.last || one.rare || !(neverNames.has(plain) || thingNouns.has(plain) || one.word))
  );
}
function isNamed(written: string): boolean {
  const one = lookUpWord(accentlessForm(written));
  return !capital.test(written) || one.first || one.last || one.rare;
}
