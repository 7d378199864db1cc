/** Capitalized words of a text, in runs that may be one name, with their context. */
import { accentlessForm } from "./filters.js";
import { lookUpWord, hyphenatedParts, type WordListMembership } from "./lists.js";
import { brandsNamedAfterPeople, nameParticles, placePrefixes, titleWords } from "./vocabulary.js";

/** Properties of a word that do not depend on its position. */
interface Written {
  readonly plain: string;
  /** An initial, `J` or `J.`, which is part of a name next to other words. */
  readonly initial: boolean;
  /** True if all letters are capitals. */
  readonly shouted: boolean;
  /** True for a capital within the word (`YouTube`); in names this occurs only after `Mc` and the like. */
  readonly camel: boolean;
  readonly known: WordListMembership;
}
export interface NameToken extends Written {
  readonly start: number;
  readonly end: number;
  /** True if a full stop follows. */
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
/** `1A`, `_A`, `@A`, `#A`, `/A`, `\A`, `.A`: the letter is within something written without spaces. */
const glued = (code: number): boolean =>
  isLetter(code) || (code >= 46 && code <= 57) || code === 95 || code === 64 || code === 35 || code === 92;

/** `al-Harbi`, `el-Sayed` */
const arabic = /^(?:al|el|as|ad|at|an|ar|ash|es)-\p{Lu}/u;

/** Returns every capitalized word, without a possessive `'s`. */
export function capitalizedTokens(text: string): readonly NameToken[] {
  const found: NameToken[] = [];
  for (let position = 0; position < text.length; position++) {
    const code = text.charCodeAt(position);
    if (!isLetter(code)) continue;
    const end = wordEnd(text, position);
    const begins =
      isCapital(code) || ((code === 97 || code === 101) && arabic.test(text.slice(position, position + 5)));
    const token = begins && !follows(text, position) ? tokenAt(text, position, end) : undefined;
    if (token) found.push(token);
    position = end;
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

function follows(text: string, position: number): boolean {
  if (position === 0) return false;
  const before = text.charCodeAt(position - 1);
  return glued(before) || (joint(before) && position > 1 && glued(text.charCodeAt(position - 2)));
}

function tokenAt(text: string, start: number, to: number): NameToken | undefined {
  const after = text.charCodeAt(to);
  // `X500`, `X_y`, `x@y` are not words.
  if ((after >= 48 && after <= 57) || after === 95 || after === 64) return undefined;
  const elided = elision(text, start, to);
  if (elided > 0) return isCapital(text.charCodeAt(start + elided)) ? tokenAt(text, start + elided, to) : undefined;
  const whole = text.slice(start, to);
  const written = to - start > 2 ? whole.replace(/['’](?:s|re|ll|ve|d|m)$/iu, "").slice(0, 48) : whole;
  return { start, end: start + written.length, dotted: text[to] === ".", ...writtenAs(written) };
}

const elisions = /^(?:l|d|j|c|s|m|n|t|qu|all|dell|nell|dall|sull|un)$/i;
/**
 * Returns the length of an elided word with its apostrophe (`L'ordine`, `d'Anna`); `D'Angelo` and `O'Neil` are not
 * split.
 */
function elision(text: string, start: number, to: number): number {
  for (let position = start + 1; position <= start + 4 && position < to - 1; position++) {
    const code = text.charCodeAt(position);
    if (code !== 39 && code !== 0x2019) continue;
    const capital = isCapital(text.charCodeAt(position + 1));
    const short =
      position === start + 1 && (/[DO]/.test(text[start] ?? "") || /^N['’]D/.test(text.slice(start, position + 2)));
    // `Matteo Dell'Acqua`
    const later =
      isCapital(text.charCodeAt(start)) && /\p{Lu}\p{Ll}+ $/u.test(text.slice(Math.max(0, start - 24), start));
    const name = capital && (short || later);
    return !name && elisions.test(text.slice(start, position)) ? position + 1 - start : 0;
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
  const plain = accentlessForm(written);
  return {
    plain,
    initial: written.length === 1,
    known: knownOf(written, plain),
    shouted: written.length > 1 && written === written.toUpperCase(),
    camel: camelled.test(written) && !nameCamel.test(written) && !written.includes("-"),
  };
}

/** `Anna-Lena`, `Smith-Jones`: looked up by their parts. */
function knownOf(written: string, plain: string): WordListMembership {
  const parts = written.includes("-") ? hyphenatedParts(written) : [];
  if (parts.length < 2) return lookUpWord(plain);
  const all = parts.map(lookUpWord);
  return {
    first: all.every((one) => one.first),
    last: all.every((one) => one.last || one.first),
    rare: all.every((one) => one.last || one.first || one.rare),
    word: all.every((one) => one.word && !one.first && !one.last),
    place: all.every((one) => one.place),
    brand: all.some((one) => one.brand && !one.last) || parts.some((one) => brandsNamedAfterPeople.has(one)),
    common: false,
    spelt: Math.min(...all.map((one) => one.spelt)),
  };
}

/** Groups tokens into runs, separated only by a space, by particles (`van der`), or by an initial's full stop. */
export function tokenRuns(text: string, tokens: readonly NameToken[]): readonly (readonly NameToken[])[] {
  const runs: NameToken[][] = [];
  let run: NameToken[] = [];
  for (const token of tokens) {
    const last = run.at(-1);
    if (!last || !joins(text, last, token, run)) runs.push((run = []));
    run.push(token);
  }
  return runs;
}

/** Returns true for a given name with hardly any other meaning. */
export function isUnambiguousGivenName({ known: { first, word, place, common } }: NameToken): boolean {
  return first && !word && !place && !common;
}

function joins(text: string, a: NameToken, b: NameToken, run: readonly NameToken[]): boolean {
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
  if (between === ". ") return a.initial || titleWords.has(a.plain) || a.plain.length <= 2;
  const words = between.replace(/^\./, "").trim().split(" ");
  // `der Befund von Kai-Uwe`
  if (!a.initial && !a.known.first && !a.known.last && isUnambiguousGivenName(b)) return false;
  // `la tienda Dia de San Sebastián`
  if (placePrefixes.has(b.plain)) return false;
  const named = a.initial || a.known.first || a.known.last || a.known.rare || titleWords.has(a.plain) || !a.known.word;
  return (
    named &&
    /^\.? .* $/.test(between) &&
    words.length <= 3 &&
    words.every((word) => nameParticles.has(word.toLowerCase().replace("’", "'")))
  );
}
