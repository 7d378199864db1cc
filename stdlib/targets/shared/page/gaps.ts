/** Gaps in texts of a page whose model names hidden words: they are written as people write them. */

/** As a reader writes it. */
export const GAP_MARK = "___";
const WRITTEN = /_{2,}/g;

/** Gaps as the model's tokenizer has them. */
export function gapsToMask(text: string, mask: string): string {
  return text.replace(WRITTEN, mask);
}
export function hasGap(text: string, mask: string): boolean {
  return text.includes(mask) || text.search(WRITTEN) >= 0;
}

/** The longest word of the middle half becomes a gap, the first of several; null: there is no word. */
export function addGap(text: string): string | null {
  const words = [...text.matchAll(/\p{L}{2,}/gu)];
  const edge = Math.floor(words.length / 4);
  const middle = words.slice(edge, words.length - edge);
  const [first, ...others] = middle.length > 0 ? middle : words;
  if (!first) return null;
  const { 0: word, index } = others.reduce((best, one) => (one[0].length > best[0].length ? one : best), first);
  return `${text.slice(0, index)}${GAP_MARK}${text.slice(index + word.length)}`;
}
