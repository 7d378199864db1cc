/**
 * Characters as the bytes that they were before a text of UTF-8 was read as windows-1252 or latin-1, and sequences of such
 * bytes as the characters that they were meant to be.
 */

/** Of windows-1252 from byte 0x80 on; its five empty places are latin-1's control characters, as browsers read them. */
const windows = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";
const bytes = new Map(Array.from(windows, (character, i) => [character.charCodeAt(0), 0x80 + i]));

/** Of a UTF-16 unit from 0x80 on; undefined: neither encoding has it. */
function byteOf(unit: number): number | undefined {
  return unit >= 0x80 && unit <= 0xff ? unit : bytes.get(unit);
}

/** A character that stands written as the bytes of its UTF-8. */
export interface Sequence {
  /** Code point. */
  readonly meant: number;
  /** How many characters stand for it: 2 to 4. */
  readonly length: number;
}

/** The sequence that begins at a place of a text: whole, not longer than it need be, no half of a pair. */
export function sequenceAt(text: string, at: number): Sequence | undefined {
  const lead = byteOf(text.charCodeAt(at));
  if (lead === undefined || lead < 0xc2 || lead > 0xf4) return undefined;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  let meant = lead & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) {
    const byte = at + i < text.length ? byteOf(text.charCodeAt(at + i)) : undefined;
    if (byte === undefined || byte < 0x80 || byte > 0xbf) return undefined;
    meant = (meant << 6) | (byte & 0x3f);
  }
  const least = [0, 0, 0x80, 0x800, 0x10000][length]!;
  const half = meant >= 0xd800 && meant <= 0xdfff;
  return meant < least || half || meant > 0x10ffff ? undefined : { meant, length };
}
