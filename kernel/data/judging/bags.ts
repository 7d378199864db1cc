/**
 * Hashes the parts of a text into a bag of features with counts. A text gives the same numbers regardless of other
 * texts. No text is stored, so that memory is bounded by the number of rows and not by their lengths.
 */
import { WORD_PATTERN } from "#stdlib/contenders/shared/tfidf/bag-words.js";

export interface FeatureBag {
  /** Distinct parts. */
  readonly parts: Uint32Array;
  readonly counts: Float32Array;
}

/** Maximum parts per text: the beginning represents a long text. */
const MOST = 512;
/** Returns a text's words and pairs of neighbouring words, as numbers below `buckets`, a power of two. */
export function wordFeatures(text: string, buckets: number): FeatureBag {
  const counted = new Map<number, number>();
  let before: number | undefined;
  for (const [word] of text.toLowerCase().matchAll(WORD_PATTERN)) {
    if (counted.size >= MOST) break;
    const hash = hashed(word, 0x811c9dc5);
    count(counted, hash & (buckets - 1));
    if (before !== undefined) count(counted, hashed(word, before ^ 0x9e3779b9) & (buckets - 1));
    before = hash;
  }
  return bagOf(counted);
}

/** Returns a text's letters and runs of up to three letters, with marks for its beginning and end. */
export function letterFeatures(text: string, buckets: number): FeatureBag {
  const counted = new Map<number, number>();
  const letters = ` ${text.toLowerCase()} `;
  for (let length = 1; length <= 3; length++)
    for (let start = 0; start + length <= letters.length && counted.size < MOST; start++)
      count(counted, hashed(letters.slice(start, start + length), 0x811c9dc5 + length) & (buckets - 1));
  return bagOf(counted);
}

function count(counted: Map<number, number>, part: number): void {
  counted.set(part, (counted.get(part) ?? 0) + 1);
}
function bagOf(counted: ReadonlyMap<number, number>): FeatureBag {
  return { parts: Uint32Array.from(counted.keys()), counts: Float32Array.from(counted.values()) };
}

/** FNV-1a over UTF-16 with a final mix of its bits, because only the lower ones are used. */
function hashed(text: string, from: number): number {
  let state = from | 0;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
