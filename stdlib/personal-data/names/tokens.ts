/** Words of a text that are written large, in runs that may be one name, and what stands around them. */
import { plainForm } from "./filters.js";
import { known, partsOf, type Known } from "./lists.js";
import { makers, particles, placeHeads, titles } from "./vocabulary.js";

/** What is known of a word wherever it stands. */
interface Written {
  readonly plain: string;
  /** `J` or `J.`, part of a name beside others. */
  readonly initial: boolean;
  /** All in capitals. */
  readonly shouted: boolean;
  /** A capital within (`YouTube`), which names have after `Mc` and the like alone. */
  readonly camel: boolean;
  readonly known: Known;
}
export interface Token extends Written {
  readonly start: number;
  readonly end: number;
  /** A full stop follows. */
  readonly dotted: boolean;
}

const letter = /[\p{L}\p{M}]/u;
const capital = /\p{Lu}/u;
const isLetter = (code: number): boolean =>
  code < 128
    ? (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
    : code < 0x250
      ? code >= 0xc0 && code !== 0xd7 && code !== 0xf7
      : letter.test(String.fromCharCode(code));
const isCapital = (code: number): boolean =>
  code < 128 ? code >= 65 && code <= 90 : code >= 0xc0 && capital.test(String.fromCharCode(code));
/** `'`, `’` and `-` join letters within a word. */
const joint = (code: number): boolean => code === 39 || code === 45 || code === 0x2019;
/** `1A`, `_A`, `@A`, `#A`, `/A`, `\A`, `.A`: within something else that is written without spaces. */
const glued = (code: number): boolean =>
  isLetter(code) || (code >= 46 && code <= 57) || code === 95 || code === 64 || code === 35 || code === 92;

/** `al-Harbi`, `el-Sayed` */
const arabic = /^(?:al|el|as|ad|at|an|ar|ash|es)-\p{Lu}/u;

/** Every capitalised word; a possessive's `'s` is no part of it. */
export function tokensOf(text: string): readonly Token[] {
  const found: Token[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!isLetter(code)) continue;
    const end = wordEnd(text, at);
    const begins = isCapital(code) || ((code === 97 || code === 101) && arabic.test(text.slice(at, at + 5)));
    const token = begins && !follows(text, at) ? tokenAt(text, at, end) : undefined;
    if (token) found.push(token);
    at = end;
  }
  return found;
}

function wordEnd(text: string, from: number): number {
  let end = from + 1;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (!isLetter(code) && !(joint(code) && isLetter(text.charCodeAt(end + 1)))) break;
  }
  return end;
}

function follows(text: string, at: number): boolean {
  if (at === 0) return false;
  const before = text.charCodeAt(at - 1);
  return glued(before) || (joint(before) && at > 1 && glued(text.charCodeAt(at - 2)));
}

function tokenAt(text: string, start: number, to: number): Token | undefined {
  const after = text.charCodeAt(to);
  // `X500`, `X_y`, `x@y`: no word.
  if ((after >= 48 && after <= 57) || after === 95 || after === 64) return undefined;
  const elided = elision(text, start, to);
  if (elided > 0) return isCapital(text.charCodeAt(start + elided)) ? tokenAt(text, start + elided, to) : undefined;
  const whole = text.slice(start, to);
  const written = to - start > 2 ? whole.replace(/['’](?:s|re|ll|ve|d|m)$/iu, "").slice(0, 48) : whole;
  return { start, end: start + written.length, dotted: text[to] === ".", ...writtenAs(written) };
}

const elisions = /^(?:l|d|j|c|s|m|n|t|qu|all|dell|nell|dall|sull|un)$/i;
/** Letters before a word that lost a vowel (`L'ordine`, `d'Anna`), with the apostrophe; `D'Angelo` and `O'Neil` are whole. */
function elision(text: string, start: number, to: number): number {
  for (let at = start + 1; at <= start + 4 && at < to - 1; at++) {
    const code = text.charCodeAt(at);
    if (code !== 39 && code !== 0x2019) continue;
    const capital = isCapital(text.charCodeAt(at + 1));
    const short = at === start + 1 && (/[DO]/.test(text[start] ?? "") || /^N['’]D/.test(text.slice(start, at + 2)));
    // `Matteo Dell'Acqua`
    const later =
      isCapital(text.charCodeAt(start)) && /\p{Lu}\p{Ll}+ $/u.test(text.slice(Math.max(0, start - 24), start));
    const name = capital && (short || later);
    return !name && elisions.test(text.slice(start, at)) ? at + 1 - start : 0;
  }
  return 0;
}

let [remembered, older]: [Map<string, Written>, Map<string, Written>] = [new Map(), new Map()];
const most = 20_000;
const camelled = /\p{Ll}\p{Lu}/u;
const nameCamel = /^(?:Mc|Mac|O['’]|D['’]|De|Di|Da|Du|La|Le|Van|Von|Fitz|St)\p{Lu}\p{Ll}+$/u;

function writtenAs(written: string): Written {
  let found = remembered.get(written);
  if (found) return found;
  found = older.get(written) ?? lookedAt(written);
  if (remembered.size >= most) [older, remembered] = [remembered, new Map()];
  remembered.set(written, found);
  return found;
}

function lookedAt(written: string): Written {
  const plain = plainForm(written);
  return {
    plain,
    initial: written.length === 1,
    known: knownOf(written, plain),
    shouted: written.length > 1 && written === written.toUpperCase(),
    camel: camelled.test(written) && !nameCamel.test(written) && !written.includes("-"),
  };
}

/** `Anna-Lena`, `Smith-Jones`: by the parts. */
function knownOf(written: string, plain: string): Known {
  const parts = written.includes("-") ? partsOf(written) : [];
  if (parts.length < 2) return known(plain);
  const all = parts.map(known);
  return {
    first: all.every((one) => one.first),
    last: all.every((one) => one.last || one.first),
    rare: all.every((one) => one.last || one.first || one.rare),
    word: all.every((one) => one.word && !one.first && !one.last),
    place: all.every((one) => one.place),
    brand: all.some((one) => one.brand && !one.last) || parts.some((one) => makers.has(one)),
    common: false,
    spelt: Math.min(...all.map((one) => one.spelt)),
  };
}

/** Runs of tokens with a space between them, or with particles (`van der`), or after an initial's full stop. */
export function runsOf(text: string, tokens: readonly Token[]): readonly (readonly Token[])[] {
  const runs: Token[][] = [];
  let run: Token[] = [];
  for (const token of tokens) {
    const last = run.at(-1);
    if (!last || !joins(text, last, token, run)) runs.push((run = []));
    run.push(token);
  }
  return runs;
}

/** Hardly anything else than a given name. */
export function isGiven({ known: { first, word, place, common } }: Token): boolean {
  return first && !word && !place && !common;
}

function joins(text: string, a: Token, b: Token, run: readonly Token[]): boolean {
  if (b.start - a.end === 1)
    return text[a.end] === " " || text[a.end] === "\u00a0" || (text[a.end] === "." && a.initial);
  if (b.start - a.end > 16) return false;
  const between = text.slice(a.end, b.start);
  // `Smith, John`
  if (between === ", ")
    return (
      run.length === 1 &&
      a.known.last &&
      !a.known.first &&
      !a.known.place &&
      !a.known.word &&
      b.known.first &&
      !b.known.common
    );
  if (between === ". ") return a.initial || titles.has(a.plain) || a.plain.length <= 2;
  const words = between.replace(/^\./, "").trim().split(" ");
  // `der Befund von Kai-Uwe`
  if (!a.initial && !a.known.first && !a.known.last && isGiven(b)) return false;
  // `la tienda Dia de San Sebastián`
  if (placeHeads.has(b.plain)) return false;
  const named = a.initial || a.known.first || a.known.last || a.known.rare || titles.has(a.plain) || !a.known.word;
  return (
    named &&
    /^\.? .* $/.test(between) &&
    words.length <= 3 &&
    words.every((word) => particles.has(word.toLowerCase().replace("’", "'")))
  );
}
