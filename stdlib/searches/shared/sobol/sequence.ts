/**
 * Sobol's sequence with hash-based Owen scrambling (Burley, JCGT 9(4), 2020). Each point is computed from its number,
 * so no state is stored between trials. Dimensions without direction numbers reuse the sequence in another order, which
 * preserves how evenly each block is distributed.
 */
import type { SearchPoint, Study } from "../../kind.js";
import { activeValues } from "../active-dimensions.js";
import { pointKeyInStudy } from "../tried-points.js";
import { valueAtShare } from "../dimension-values.js";

/**
 * Direction numbers of Sobol's sequence from the second dimension on, by S. Joe and F. Y. Kuo (SIAM J. Sci. Comput. 30,
 * 2008; "new-joe-kuo-6", criterion D6): a primitive polynomial over GF(2), as bits, and its initial odd numbers.
 */
export const SOBOL_DIRECTIONS: readonly (readonly [polynomial: number, ...initial: number[]])[] = [
  [3, 1],
  [7, 1, 3],
  [11, 1, 3, 1],
  [13, 1, 1, 1],
  [19, 1, 1, 3, 3],
  [25, 1, 3, 5, 13],
  [37, 1, 1, 5, 5, 17],
  [41, 1, 1, 5, 5, 5],
  [47, 1, 1, 7, 11, 19],
  [55, 1, 1, 5, 1, 1],
  [59, 1, 1, 1, 3, 11],
  [61, 1, 3, 5, 5, 31],
  [67, 1, 3, 3, 9, 7, 49],
  [91, 1, 1, 1, 15, 21, 21],
  [97, 1, 3, 1, 13, 27, 49],
  [103, 1, 1, 1, 15, 7, 5],
  [109, 1, 3, 1, 15, 13, 25],
  [115, 1, 1, 5, 5, 19, 61],
  [131, 1, 3, 7, 11, 23, 15, 103],
  [137, 1, 3, 7, 13, 13, 15, 69],
  [143, 1, 1, 3, 13, 7, 35, 63],
  [145, 1, 3, 5, 9, 1, 25, 53],
  [157, 1, 3, 1, 13, 9, 35, 107],
  [167, 1, 3, 1, 5, 27, 61, 31],
  [171, 1, 1, 5, 11, 19, 41, 61],
  [185, 1, 3, 5, 3, 3, 13, 69],
  [191, 1, 1, 7, 13, 1, 19, 1],
  [193, 1, 3, 7, 5, 13, 19, 59],
  [203, 1, 1, 3, 9, 25, 29, 41],
  [211, 1, 3, 5, 13, 23, 1, 55],
  [213, 1, 3, 7, 3, 13, 59, 17],
  [229, 1, 3, 1, 3, 5, 53, 69],
  [239, 1, 1, 5, 5, 23, 33, 13],
  [241, 1, 1, 7, 7, 1, 61, 123],
  [247, 1, 1, 7, 9, 13, 61, 49],
  [253, 1, 3, 3, 5, 3, 55, 33],
  [285, 1, 3, 1, 15, 31, 13, 49, 245],
  [299, 1, 3, 5, 15, 31, 59, 63, 97],
  [301, 1, 3, 1, 11, 11, 11, 77, 249],
  [333, 1, 3, 1, 11, 27, 43, 71, 9],
  [351, 1, 1, 7, 15, 21, 11, 81, 45],
  [355, 1, 3, 7, 3, 25, 31, 65, 79],
  [357, 1, 3, 1, 1, 19, 11, 3, 205],
  [361, 1, 1, 5, 9, 19, 21, 29, 157],
  [369, 1, 3, 7, 11, 1, 33, 89, 185],
  [391, 1, 3, 3, 3, 15, 9, 79, 71],
  [397, 1, 3, 7, 11, 15, 39, 119, 27],
  [425, 1, 1, 3, 1, 11, 31, 97, 225],
  [451, 1, 1, 1, 3, 23, 43, 57, 177],
  [463, 1, 3, 7, 7, 17, 17, 37, 71],
  [487, 1, 3, 1, 5, 27, 63, 123, 213],
  [501, 1, 1, 3, 5, 11, 43, 53, 133],
  [529, 1, 3, 5, 5, 29, 17, 47, 173, 479],
  [539, 1, 3, 3, 11, 3, 1, 109, 9, 69],
  [545, 1, 1, 1, 5, 17, 39, 23, 5, 343],
  [557, 1, 3, 1, 5, 25, 15, 31, 103, 499],
  [563, 1, 1, 1, 11, 11, 17, 63, 105, 183],
  [601, 1, 1, 5, 11, 9, 29, 97, 231, 363],
  [607, 1, 1, 5, 15, 19, 45, 41, 7, 383],
  [617, 1, 3, 7, 7, 31, 19, 83, 137, 221],
  [623, 1, 1, 1, 3, 23, 15, 111, 223, 83],
  [631, 1, 1, 5, 13, 31, 15, 55, 25, 161],
  [637, 1, 1, 3, 13, 25, 47, 39, 87, 257],
];

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

// Returns the `number`-th point of the scrambled Sobol sequence, counting only allowed and distinct points.

/** Maximum consecutive points that are not allowed or repeated before the sequence is given up. */
const MOST = 1000;

/** Returns null if the sequence has no more such points. */
export function nthSobolSearchPoint(study: Study, number: number): SearchPoint | null {
  const seen = new Set<string>();
  for (let place = 0, idle = 0; idle < MOST; place++) {
    const point = pointAt(study, place);
    const key = pointKeyInStudy(study, point);
    if (seen.has(key) || !study.allows(point)) {
      idle++;
      continue;
    }
    seen.add(key);
    if (seen.size === number) return point;
    idle = 0;
  }
  return null;
}

function pointAt({ dimensions, seed }: Study, place: number): SearchPoint {
  const shares = sobolPoint(place, dimensions.length, seed);
  return activeValues(dimensions, Object.fromEntries(dimensions.map((d, i) => [d.name, valueAtShare(d, shares[i]!)])));
}
