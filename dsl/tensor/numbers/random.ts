/**
 * The counter-based generator behind dropout. The dropped elements are a function of seed, step, site and position
 * alone, in 32-bit integer arithmetic, so every engine computes the same mask, and so does a resumed run.
 *
 * A step is one number for the full array, or one per group: equal parts along the first axis, each of which counts its
 * rows from 0. So the mask of a row does not depend on the other rows of its batch or on their length.
 *
 * Seen as rows × columns (the last axis), element (i, j) of a group is dropped where `(R[i] xor C[j]) · ODD`, as a
 * signed 32-bit number, is below the threshold. R and C are short vectors hashed with murmur3's finalizer, so that an
 * element itself costs one xor, one product and one comparison. Rows and columns are pairwise independent; four
 * elements on the corners of a rectangle are not, which makes no difference to dropout. The rate is exact to 2⁻³².
 */
import { zeros } from "../values.js";

export const HASH_INCREMENT = 0x9e3779b1 | 0;

/** murmur3's 32-bit finalizer. */
export function mixBits(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
/** Key of one site (an attribute of the op) at one step. */
export function dropoutSiteKey(seed: number, step: number, site: number): number {
  return mixBits(mixBits(mixBits(seed) + step) + site);
}
export function dropoutRowHash(key: number, i: number): number {
  return mixBits(mixBits(i) + key);
}
export function dropoutColumnHash(key: number, j: number): number {
  return mixBits(mixBits(~j) + key);
}
/** Elements below this threshold are dropped. */
export function dropoutThreshold(rate: number): number {
  return Math.min(-2147483648 + Math.round(rate * 4294967296), 2147483647);
}

/**
 * Scaled mask of an array with rows of `columns` elements: 0 or 1/(1 − rate). `steps`: one per group. `counted` maps
 * row `i` of a group to the row number to hash; by default `i` itself.
 */
export function dropoutMask(
  size: number,
  columns: number,
  options: { readonly rate: number; readonly seed: number; readonly site: number; readonly steps: ArrayLike<number> },
  counted = (i: number): number => i,
): Float64Array {
  const { seed, site, steps } = options;
  const bound = dropoutThreshold(options.rate);
  const mask = zeros(size);
  const scale = 1 / (1 - options.rate);
  const rows = size / columns / steps.length;
  for (let group = 0; group < steps.length; group++) {
    const key = dropoutSiteKey(seed, steps[group]!, site);
    const c = Int32Array.from({ length: columns }, (_, j) => dropoutColumnHash(key, j));
    for (let i = 0; i < rows; i++) {
      const r = dropoutRowHash(key, counted(i));
      const rowStart = (group * rows + i) * columns;
      for (let j = 0; j < columns; j++) mask[rowStart + j] = Math.imul(r ^ c[j]!, HASH_INCREMENT) < bound ? 0 : scale;
    }
  }
  return mask;
}

/**
 * Dropout steps for each text of a batch. `step` counts from 1. `place` is the position of the batch's first row among
 * all rows of the update, so that the split into processes or batches makes no difference. Text t of `texts` belongs to
 * row t mod `rows` (for rows with several texts, text k of all rows follows text k − 1 of all rows).
 */
export function dropoutStepsByText(step: number, place: number, rows: number, texts: number): Int32Array {
  const stepHash = mixBits(step);
  return Int32Array.from({ length: texts }, (_, t) => mixBits(stepHash + place + (t % rows)) + Math.floor(t / rows));
}
