/**
 * Seeded random numbers. All randomness in data and batches comes from here, so that a seed gives the same rows in the
 * same order on every machine. No function reads a clock or shared state.
 */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

export type RandomSource = RandomGenerator;

/**
 * Returns a separate generator for a seed and a path of integers (epoch, purpose); neighbouring paths are independent.
 */
export function seededRandom(seed: number, ...path: readonly number[]): RandomSource {
  let state = mix(seed | 0);
  for (const step of path) state = mix((state ^ Math.imul((step | 0) + 1, 0x85ebca6b)) | 0);
  const generator = xoroshiro128plus(state);
  for (let warm = 0; warm < 8; warm++) generator.next(); // Its first outputs still correlate with the seed.
  return generator;
}

/** Returns an integer from 0 to `below` − 1. */
export function drawBelow(generator: RandomSource, below: number): number {
  return uniformInt(generator, 0, below - 1);
}

/** Returns a number in [0, 1) determined by the seed and the text, independent of earlier calls. */
export function seededNumberOfText(seed: number, text: string): number {
  let state = mix(seed | 0);
  for (let i = 0; i < text.length; i++) state = mix((state ^ Math.imul(text.charCodeAt(i) + 1, 0x85ebca6b)) | 0);
  return (mix(state) >>> 0) / 2 ** 32;
}

/** Shuffles in place (Fisher – Yates) and returns the same array. */
export function shuffle<T extends Uint32Array | unknown[]>(items: T, generator: RandomSource): T {
  for (let last = items.length - 1; last > 0; last--) {
    const other = drawBelow(generator, last + 1);
    const moved = items[last]!;
    items[last] = items[other]!;
    items[other] = moved;
  }
  return items;
}

/** MurmurHash3's finalizer: each input bit flips half of the output bits on average. */
function mix(x: number): number {
  let h = (x ^ 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
