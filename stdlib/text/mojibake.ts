/**
 * Fixes UTF-8 texts that were decoded as windows-1252 or latin-1 (`cafÃ©`), once or several times. Precision comes
 * first: a sequence counts as certainly broken only if no language writes such characters together (`Ã` inside a word
 * before a symbol, `â€`, two Cyrillic letters in a row). The reason is that `OLÉ…`, `CAFÉ™` and `« été »` also contain
 * valid sequences. If a text contains a certain one, its other sequences are fixed unless something in it contradicts
 * that.
 */

/** Texts broken twice are common, and three times occur. */
const ROUNDS = 3;

export function fixMojibake(text: string): string {
  let now = text;
  for (let round = 0; round < ROUNDS; round++) {
    const next = once(now);
    if (next === now) break;
    now = next;
  }
  return now;
}

interface Found extends Sequence {
  readonly index: number;
  readonly sure: boolean;
}

/** Matches a lead byte and a continuation byte, each as some character. */
const any =
  /[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]/u;

function once(text: string): string {
  if (!any.test(text)) return text;
  const found = sequencesIn(text);
  if (!found.some(({ sure }) => sure)) return text;
  const all = explains(text, found);
  let out = "";
  let position = 0;
  for (const one of found) {
    if (!one.sure && !all) continue;
    out += text.slice(position, one.index) + String.fromCodePoint(one.meant);
    position = one.index + one.length;
  }
  return out + text.slice(position);
}

/** Returns the sequences whose decoded character is common in texts. */
function sequencesIn(text: string): readonly Found[] {
  const found: Found[] = [];
  for (let position = 0; position < text.length; position++) {
    const sequence = sequenceAt(text, position);
    if (!sequence || !isUsual(sequence.meant)) continue;
    found.push({ ...sequence, index: position, sure: isSure(text, position, sequence) });
    position += sequence.length - 1;
  }
  return found.map((one, i) => ({ ...one, sure: one.sure || inARow(one, found[i - 1]) || inARow(one, found[i + 1]) }));
}

/** Checks that no other character contradicts: every non-ASCII character is part of a sequence. */
function explains(text: string, found: readonly Found[]): boolean {
  let beyond = 0;
  for (let position = 0; position < text.length; position++) if (text.charCodeAt(position) >= 0x80) beyond++;
  return beyond === found.reduce((sum, { length }) => sum + length, 0);
}

/** Unicode blocks of common letters and symbols, as ranges of code points. */
const usual: readonly (readonly [from: number, to: number])[] = [
  [0x80, 0x17f], // remains of Latin that was broken twice, Latin
  [0x18f, 0x192],
  [0x1a0, 0x1a1],
  [0x1af, 0x1b0],
  [0x218, 0x21b],
  [0x259, 0x259],
  [0x2c6, 0x2dc],
  [0x386, 0x3ce], // Greek
  [0x400, 0x45f], // Cyrillic
  [0x490, 0x4e9],
  [0x5d0, 0x5f4], // Hebrew
  [0x60c, 0x6d5], // Arabic
  [0x900, 0xe7f], // India, Sri Lanka, Thailand
  [0x10d0, 0x10ff], // Georgian
  [0x1e00, 0x1eff], // Vietnamese Latin
  [0x2010, 0x203e], // punctuation
  [0x20a0, 0x20bf],
  [0x2100, 0x27bf], // symbols, arrows, mathematics
  [0x2b05, 0x2b55],
  [0x3000, 0x30ff], // Japanese
  [0x4e00, 0x9fff], // Chinese
  [0xac00, 0xd7a3], // Korean
  [0xfe0f, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xff01, 0xff60],
  [0x1f1e6, 0x1f9ff], // emoji
  [0x1fa70, 0x1faff],
];
const isUsual = (meant: number): boolean => usual.some(([from, to]) => meant >= from && meant <= to);
const isLatin = (meant: number): boolean => meant <= 0x25f;

/** For scripts whose words have several letters: adjacent sequences of one are not a coincidence. */
function inARow(one: Found, other: Found | undefined): boolean {
  if (!other || (one.index + one.length !== other.index && other.index + other.length !== one.index)) return false;
  const foreign = ({ meant }: Found): boolean => meant >= 0x370 && !(meant >= 0x2000 && meant < 0x3000);
  return foreign(one) && foreign(other);
}

/** Symbols that follow a word in clean texts: closing and opening quotes, dashes, footnote marks, units. */
const behindWords = new Set("…‘’“”‚„–—‹›«»•·¡¿™®©°ºª¹²³´`\u00a0");
const opening = new Set("«‹“„‘‚");
const isLower = (character: string): boolean => /^\p{Ll}$/u.test(character);
const isUpper = (character: string): boolean => /^\p{Lu}$/u.test(character);
const isLetter = (character: string): boolean => /^\p{L}$/u.test(character);

/** Checks that no language writes such characters at this position, regardless of the rest of the text. */
function isSure(text: string, position: number, { meant, length }: Sequence): boolean {
  const [before = "", lead, next] = [text[position - 1], text[position]!, text[position + 1]!];
  const behind = text[position + length] ?? "";
  // Clean texts contain no latin-1 control characters.
  if (next <= "\u009f") return true;
  // A quoted character may be a letter: «Â».
  if (length === 2 && opening.has(before)) return false;
  if (length === 4) return meant >= 0x1f000;
  if (lead === "â") return "€‚„†‡ˆ‰Š‹ŒŽœž\u0081\u0084".includes(next);
  if (lead === "á") return meant >= 0x1e00 && meant <= 0x1eff && (isLetter(behind) || !behindWords.has(next));
  if (lead === "ï") return meant === 0xfeff;
  if (length === 3 || !isLatin(meant)) return false;
  if (lead === "Ã") return !isUpper(before) || (isLetter(behind) ? !"’…–—".includes(next) : !behindWords.has(next));
  if (lead === "Â") return !isUpper(before) && meant >= 0xa0;
  // Swedish and German write `Å…` and `Ä…`, but not after a lower-case letter, and no word begins with `È™i`.
  if (isLower(before)) return next === "ƒ" || !isLetter(next);
  return !isLetter(before) && isLower(behind) && "™›".includes(next);
}

/**
 * Maps characters to the bytes that they were before UTF-8 was decoded as windows-1252 or latin-1, and sequences of
 * such bytes to the characters that they encode.
 */

/** windows-1252 from byte 0x80 on; its five unassigned bytes are latin-1's control characters, as in browsers. */
const windows = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";
const bytes = new Map(Array.from(windows, (character, i) => [character.charCodeAt(0), 0x80 + i]));

/** Returns the byte of a UTF-16 unit from 0x80 on; undefined if neither encoding has it. */
function byteOf(unit: number): number | undefined {
  return unit >= 0x80 && unit <= 0xff ? unit : bytes.get(unit);
}

/** A character that appears as the bytes of its UTF-8 encoding. */
interface Sequence {
  /** Code point. */
  readonly meant: number;
  /** Number of characters that encode it: 2 to 4. */
  readonly length: number;
}

/** Returns the sequence at a position of a text. It must be complete, of minimal length, and not a surrogate half. */
function sequenceAt(text: string, position: number): Sequence | undefined {
  const lead = byteOf(text.charCodeAt(position));
  if (lead === undefined || lead < 0xc2 || lead > 0xf4) return undefined;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  let meant = lead & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) {
    const byte = position + i < text.length ? byteOf(text.charCodeAt(position + i)) : undefined;
    if (byte === undefined || byte < 0x80 || byte > 0xbf) return undefined;
    meant = (meant << 6) | (byte & 0x3f);
  }
  const least = [0, 0, 0x80, 0x800, 0x10000][length]!;
  const half = meant >= 0xd800 && meant <= 0xdfff;
  return meant < least || half || meant > 0x10ffff ? undefined : { meant, length };
}
