/** Checks the words before a position, which tell what a number means. */

/** Maximum distance, in characters, between a word and the number that it describes. */
const REACH = 48;

/**
 * @param words without flags `g` or `y`; searched for in the line before `position`, up to the previous end of a
 * sentence
 */
export function isPrecededBy(text: string, position: number, words: RegExp, reach = REACH): boolean {
  const before = text.slice(Math.max(0, position - reach), position);
  const stop = Math.max(before.lastIndexOf("\n"), before.lastIndexOf(". "), before.lastIndexOf("; "));
  // The full stop of an abbreviation (`Tel. `, `No. `) does not end a sentence.
  const from = stop > 0 && before[stop] === "." && stop - before.lastIndexOf(" ", stop - 1) <= 5 ? 0 : stop + 1;
  return words.test(before.slice(from));
}

const isWord = /[\p{L}\p{N}_]/u;
/** Returns true if the character at a position is a letter, a digit or `_`. */
export function isWordCharacterAt(text: string, position: number): boolean {
  const code = text.charCodeAt(position);
  if (code < 128)
    return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
  return position >= 0 && position < text.length && isWord.test(text[position]!);
}
