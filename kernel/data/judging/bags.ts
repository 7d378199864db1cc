/**
 * Bags of what texts are made of, by hashing: which, and how often. The same text gives the same numbers whatever is beside it,
 * and no text is kept, so that memory is bounded by rows and not by what they say.
 */
import { WORD_PATTERN } from "#stdlib/contenders/shared/tfidf/bag-words.js";

export interface FeatureBag {
  /** Each once. */
  readonly parts: Uint32Array;
  readonly counts: Float32Array;
}

/** Parts of one text that are kept: of a long one its beginning speaks. */
const MOST = 512;
/** Words of a text and pairs of neighbouring ones, as numbers below a power of two. */
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

/** Letters of a text and runs of up to three, with where it begins and ends. */
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

/** FNV-1a over UTF-16, its bits mixed at the end: only the lower ones are used. */
function hashed(text: string, from: number): number {
  let state = from | 0;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
