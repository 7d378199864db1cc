/**
 * How alike two texts are: the Jaccard likeness of their runs of five letters (shingles), after case, white space and
 * punctuation are taken away (Broder 1997).
 */

/** Least likeness of two texts that count as nearly the same: that of the deduplicated corpora of the field. */
export const LIKENESS = 0.8;
const SIZE = 5;
/** Longer texts are compared by their beginnings. */
const MOST_LETTERS = 1000;
/** Shorter texts have too few shingles: they are alike only where they are the same. */
export const FEWEST_LETTERS = 20;

/** Case, blanks, punctuation and accents' composition aside. */
export function lettersOf(text: string): string {
  return text
    .slice(0, 2 * MOST_LETTERS)
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .slice(0, MOST_LETTERS);
}

const buffer = new Uint32Array(MOST_LETTERS);

/** Hashes of a text's shingles as they follow each other: a view that the next call overwrites. */
export function runsOf(letters: string): Uint32Array {
  let count = 0;
  for (let at = 0; at + SIZE <= letters.length; at++) {
    let hash = 0x811c9dc5;
    for (let k = 0; k < SIZE; k++) hash = Math.imul(hash ^ letters.charCodeAt(at + k), 0x01000193);
    buffer[count++] = (hash ^ (hash >>> 15)) >>> 0;
  }
  return buffer.subarray(0, count);
}

/** Hashes of a text's shingles, sorted, each once; none of a short text. `letters`: as `lettersOf` gives them. */
export function shinglesOf(letters: string): Uint32Array {
  if (letters.length < FEWEST_LETTERS) return new Uint32Array();
  const all = runsOf(letters).sort();
  let kept = 0;
  for (let k = 0; k < all.length; k++) if (k === 0 || all[k] !== all[k - 1]) all[kept++] = all[k]!;
  return buffer.slice(0, kept);
}

/** Likeness of two texts, 0 … 1, both as `lettersOf` gives them. */
export function likeness(a: string, b: string): number {
  if (a === b) return a === "" ? 0 : 1;
  return common(shinglesOf(a), shinglesOf(b));
}

/** Jaccard likeness of two sorted sets. */
function common(a: Uint32Array, b: Uint32Array): number {
  let [i, j, both] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const [x, y] = [a[i]!, b[j]!];
    if (x === y) both++;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return both === 0 ? 0 : both / (a.length + b.length - both);
}
