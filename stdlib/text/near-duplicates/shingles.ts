/**
 * Similarity of two texts: the Jaccard similarity of their five-letter shingles, ignoring case, whitespace and
 * punctuation (Broder 1997).
 */

/** Minimum similarity of near duplicates, as used for deduplicated corpora. */
export const MIN_NEAR_DUPLICATE_LIKENESS = 0.8;
const SIZE = 5;
/** Only this many letters at the beginning of a text are compared. */
const MOST_LETTERS = 1000;
/** Shorter texts have too few shingles: they are duplicates only if they are equal. */
export const MIN_SHINGLED_LETTERS = 20;

/** Removes case, whitespace and punctuation, and normalizes accents. */
export function lettersForComparison(text: string): string {
  return text
    .slice(0, 2 * MOST_LETTERS)
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .slice(0, MOST_LETTERS);
}

const buffer = new Uint32Array(MOST_LETTERS);

/** Returns the hashes of a text's shingles in order: a view that the next call overwrites. */
export function shingleHashes(letters: string): Uint32Array {
  let count = 0;
  for (let start = 0; start + SIZE <= letters.length; start++) {
    let hash = 0x811c9dc5;
    for (let k = 0; k < SIZE; k++) hash = Math.imul(hash ^ letters.charCodeAt(start + k), 0x01000193);
    buffer[count++] = (hash ^ (hash >>> 15)) >>> 0;
  }
  return buffer.subarray(0, count);
}

/**
 * Returns the sorted, distinct hashes of a text's shingles; none for a short text. `letters`: from `lettersForComparison`.
 */
export function shingleSet(letters: string): Uint32Array {
  if (letters.length < MIN_SHINGLED_LETTERS) return new Uint32Array();
  const all = shingleHashes(letters).sort();
  let count = 0;
  for (let k = 0; k < all.length; k++) if (k === 0 || all[k] !== all[k - 1]) all[count++] = all[k]!;
  return buffer.slice(0, count);
}

/** Returns the similarity of two texts, 0 … 1; both from `lettersForComparison`. */
export function textLikeness(a: string, b: string): number {
  if (a === b) return a === "" ? 0 : 1;
  return common(shingleSet(a), shingleSet(b));
}

/** Jaccard similarity of two sorted sets. */
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
