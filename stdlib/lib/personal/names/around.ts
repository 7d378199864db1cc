/** What stands before and after a name that there may be, as weights of evidence. */
import { plainForm } from "./filters.js";
import {
  addressed,
  articles,
  closings,
  deeds,
  doings,
  greetings,
  introductions,
  roles,
  things,
  towards,
  whereabouts,
} from "./vocabulary.js";

const labelled =
  /(?:^|[\n\r;,|•*("'{\t-]|\. ) ?["']?(?:full[ _]?name|first[ _]?name|last[ _]?name|given[ _]?name|family[ _]?name|surname|name|customer(?:[ _]?name)?|client|patient(?:[ _]?name)?|contact(?: person)?|employee|applicant|candidate|owner|holder|account holder|cardholder|recipient|sender|author|manager|agent|guest|passenger|student|teacher|doctor|nurse|attn|attention|from|to|cc|signed|signature|by|reported by|caller|user|member|beneficiary|insured|tenant|witness|kunde|kundin|patientin|vorname|nachname|ansprechpartner(?:in)?|absender|empfänger|kontoinhaber|nom|prénom|titulaire|destinataire|expéditeur|nombre|apellidos?|titular|cliente|paciente|nome|cognome|intestatario|paziente|mittente|destinatario|naam|voornaam|achternaam|klant|patiënt|afzender)["']?\s?(?::|=|\t|–|-)\s{0,2}["']?$/iu;
/** A line break is between, or a comma, or both. */
const closed =
  /(?:^|[\s,.!?])(\p{L}+)(?: (?:dir|dich|euch|sie|again|you|so much|in advance|much|and))?[ \t]{0,3}[,.!–-]*[ \t]{0,3}(?:\n[ \t]{0,3}){1,2}$|(?:^|[\n.!?] ?)(?:\p{L}+ ){0,2}(\p{L}+)[,–-]+ ?$/u;
const before1 = /(\p{L}[\p{L}'’]*)(\.?),? $/u;
const possessed = /^['’]s?(?![\p{L}])/u;
const structured =
  /^(?:,? ?\((?:\d|[a-z0-9._-]+@|born|aged?|m\b|f\b|he|she|they)|,? ?<|, ?(?:aged? )?\d{1,3}(?:[,.]| years| ans| jahre| años| anni| jaar)|,? ?[\w.+-]{2,40}@|,? (?:whose|who)\b|, (?:the |our |my |your |his |her |a |an )?(?:\p{Ll}+ )?(?:ceo|cto|cfo|manager|director|head|engineer|nurse|teacher|president|founder|owner|assistant|lawyer|doctor|professor|customer|patient|agent|resident|tenant|mother|father|wife|husband|son|daughter)\b|,? (?:born|residing|living|tel|phone|email|geboren|né|née|nacid[oa]|nat[oa])\b|,? ?(?:\+|\(0)\d)/iu;
const numbered = /^(?:[ -]\d|™|®|['’]?\d|\/|\.(?:com|org|net|io|js|py)\b|-\p{Ll}|&)/u;

export interface Around {
  readonly weight: number;
  /** Whether words say outright that a name follows. */
  readonly told: boolean;
  readonly sentenceStart: boolean;
}

/** @param place it may be a place's name */
export function around(text: string, start: number, end: number, place: boolean): Around {
  const before = text.slice(Math.max(0, start - 48), start);
  const after = text.slice(end, end + 48);
  const sentenceStart = /(?:^|[.!?:]["')\]]? {1,2}|[\n\r"“(•*>-][ \t]*)$/.test(before);
  let [weight, told] = [0, false];
  const tell = (by: number): void => {
    weight += by;
    told = true;
  };
  if (introduced(before)) tell(0.8);
  else if (labelled.test(before)) tell(0.9);
  else if (/(?:^|\n)\p{L}[\p{L} ]{2,24}: $/u.test(before)) weight += 0.4;
  else {
    const end = closed.exec(before);
    if (closings.has(plainForm(end?.[1] ?? end?.[2] ?? ""))) tell(0.8);
    else {
      // First, since it may tell.
      const by = wordBefore(before, tell);
      weight += by;
    }
  }
  if (!told && aloneInLine(before, after, text.length - end)) tell(0.6);
  weight += wordAfter(after, sentenceStart);
  if (place && whereabouts.has(lastWord(before))) weight -= 0.5;
  return { weight, told, sentenceStart };
}

/** A line of its own after another that ended: a signature. */
function aloneInLine(before: string, after: string, left: number): boolean {
  return /[.!?,]\s*\n\s*[-–—]?\s*$/.test(before) && (left === 0 || /^[ \t]*(?:\n|$)/.test(after));
}

/** Whether the last words, up to five, say that a name comes: `my name is`, `spoke with a`. */
function introduced(before: string): boolean {
  if (!before.endsWith(" ")) return false;
  const words = before.trimEnd().toLowerCase().replaceAll("’", "'").split(/\s/u);
  let phrase = "";
  for (let count = 1; count <= 5 && count <= words.length; count++) {
    const word = words[words.length - count] ?? "";
    phrase = count === 1 ? word : `${word} ${phrase}`;
    if (introductions.has(phrase.replace(/^[^\p{L}]+/u, ""))) return true;
  }
  return false;
}

function lastWord(before: string): string {
  return plainForm(before1.exec(before)?.[1] ?? "");
}

function wordBefore(before: string, tell: (by: number) => void): number {
  const word = lastWord(before);
  if (word === "") return 0;
  if (greetings.has(word)) {
    tell(/\b(?:thanks?|thank you),? $/i.test(before) ? 0.5 : 0.75);
    return 0;
  }
  if (roles.has(word)) {
    tell(0.6);
    return 0;
  }
  if (articles.has(word)) return -1;
  if (whereabouts.has(word)) return -0.35;
  if (addressed.has(word)) return 0.75;
  return towards.has(word) ? 0.25 : 0;
}

function wordAfter(after: string, sentenceStart: boolean): number {
  if (structured.test(after)) return 0.6;
  if (numbered.test(after)) return -0.7;
  if (possessed.test(after)) return 0.2;
  const next = plainForm(/^,? (\p{L}+)/u.exec(after)?.[1] ?? "");
  if (things.has(next)) return -0.9;
  if (deeds.has(next)) return sentenceStart ? 0.45 : 0.55;
  return doings.has(next) || /^[a-z]{3,}ed$/.test(next) ? 0.25 : 0;
}
