/** What stands before a place: words that say what a number is. */

/** How far back a word may stand from what it names. */
const REACH = 48;

/** @param words without flags `g` or `y`; looked for in the line before `at`, not beyond a full stop that ends a sentence */
export function isPrecededBy(text: string, position: number, words: RegExp, reach = REACH): boolean {
  const before = text.slice(Math.max(0, position - reach), position);
  const stop = Math.max(before.lastIndexOf("\n"), before.lastIndexOf(". "), before.lastIndexOf("; "));
  // An abbreviation's full stop (`Tel. `, `No. `) ends no sentence.
  const from = stop > 0 && before[stop] === "." && stop - before.lastIndexOf(" ", stop - 1) <= 5 ? 0 : stop + 1;
  return words.test(before.slice(from));
}

const isWord = /[\p{L}\p{N}_]/u;
/** Whether a letter, a digit or `_` stands at a place. */
export function isWordCharacterAt(text: string, position: number): boolean {
  const code = text.charCodeAt(position);
  if (code < 128)
    return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
  return position >= 0 && position < text.length && isWord.test(text[position]!);
}
