/**
 * Sobol's sequence with hash-based Owen scrambling (Burley, JCGT 9(4), 2020). Each point is computed from its number,
 * so no state is stored between trials. Dimensions without direction numbers reuse the sequence in another order, which
 * preserves how evenly each block is distributed.
 */
import { SOBOL_DIRECTIONS } from "./directions.js";

const BITS = 32;
const BLOCK = SOBOL_DIRECTIONS.length + 1;

/** Returns the point with this number, from 0, as one share above 0 and below 1 per dimension. */
export function sobolPoint(number: number, dimensions: number, seed: number): readonly number[] {
  return Array.from({ length: dimensions }, (_, dimension) => {
    const block = Math.floor(dimension / BLOCK);
    const place = block === 0 ? number >>> 0 : scrambled(number, hashed(seed, ~block));
    return ((scrambled(sobolBits(place, dimension % BLOCK), hashed(seed, dimension)) >>> 0) + 0.5) / 2 ** BITS;
  });
}

/** Returns the bits before scrambling, the highest first. */
export function sobolBits(number: number, dimension: number): number {
  const directions = directionsOf(dimension);
  let bits = 0;
  for (let bit = 0; number !== 0; bit++, number >>>= 1) if (number & 1) bits ^= directions[bit]!;
  return bits;
}

const made = new Map<number, Int32Array>();
function directionsOf(dimension: number): Int32Array {
  let found = made.get(dimension);
  if (!found) made.set(dimension, (found = madeDirections(dimension)));
  return found;
}

function madeDirections(dimension: number): Int32Array {
  const directions = new Int32Array(BITS);
  if (dimension === 0) return directions.map((_, bit) => 1 << (BITS - 1 - bit));
  const [polynomial, ...initial] = SOBOL_DIRECTIONS[dimension - 1]!;
  const degree = initial.length;
  for (let bit = 0; bit < BITS; bit++) {
    if (bit < degree) {
      directions[bit] = initial[bit]! << (BITS - 1 - bit);
      continue;
    }
    const first = directions[bit - degree]!;
    let next = first ^ (first >>> degree);
    for (let k = 1; k < degree; k++) if ((polynomial >>> (degree - k)) & 1) next ^= directions[bit - k]!;
    directions[bit] = next;
  }
  return directions;
}

/** Flips each bit depending on the higher bits and the seed. */
function scrambled(bits: number, seed: number): number {
  let x = (reversed(bits) + seed) | 0;
  for (const factor of [0x6c50b47c, 0xb82f1e52, 0xc7afe638, 0x8d22f6e6]) x ^= Math.imul(x, factor);
  return reversed(x);
}

function reversed(x: number): number {
  x = ((x & 0x55555555) << 1) | ((x >>> 1) & 0x55555555);
  x = ((x & 0x33333333) << 2) | ((x >>> 2) & 0x33333333);
  x = ((x & 0x0f0f0f0f) << 4) | ((x >>> 4) & 0x0f0f0f0f);
  x = ((x & 0x00ff00ff) << 8) | ((x >>> 8) & 0x00ff00ff);
  return (x << 16) | (x >>> 16);
}

/** Applies MurmurHash3's finalizer to both. */
function hashed(seed: number, dimension: number): number {
  let h = (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(dimension + 1, 0x85ebca6b)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
