/** Gaps in the texts of a page whose model fills masks, in a form that people can type. */

/** The gap as users type it. */
export const GAP_MARK = "___";
const WRITTEN = /_{2,}/g;

/** Replaces gaps by the tokenizer's mask. */
export function gapsToMask(text: string, mask: string): string {
  return text.replace(WRITTEN, mask);
}
export function hasGap(text: string, mask: string): boolean {
  return text.includes(mask) || text.search(WRITTEN) >= 0;
}

/** Replaces the longest word of the middle half (the first of several) by a gap; null if there is no word. */
export function replaceWordWithGap(text: string): string | null {
  const words = [...text.matchAll(/\p{L}{2,}/gu)];
  const edge = Math.floor(words.length / 4);
  const middle = words.slice(edge, words.length - edge);
  const [first, ...others] = middle.length > 0 ? middle : words;
  if (!first) return null;
  const { 0: word, index } = others.reduce((best, one) => (one[0].length > best[0].length ? one : best), first);
  return `${text.slice(0, index)}${GAP_MARK}${text.slice(index + word.length)}`;
}
