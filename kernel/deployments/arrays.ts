/** Arrays of runtimes: row selection, empty arrays, and the arg max of a row's scores. */
import type { NDArray } from "#dsl/tensor/program.js";
import { toFloats } from "../engines/feeds.js";

/** Returns the given rows of the first axis, in that order. The dtype determines the bytes of an element. */
export function gatherRows({ dtype, shape, bytes }: NDArray, rows: ArrayLike<number>): NDArray {
  const [count = 0, ...rest] = shape;
  const size = count === 0 ? 0 : bytes.length / count;
  const out = new Uint8Array(rows.length * size);
  for (let i = 0; i < rows.length; i++) out.set(bytes.subarray(rows[i]! * size, (rows[i]! + 1) * size), i * size);
  return { dtype, shape: [rows.length, ...rest], bytes: out };
}

/** An array with an axis of length 0. */
export function emptyArray(shape: readonly number[]): NDArray {
  return { dtype: "f32", shape, bytes: new Uint8Array(0) };
}

/**
 * Returns for scores [rows, width] an f32 array [rows, 2]: the index of the greatest score (the first of equals), and
 * its margin to the next.
 */
export function argmaxWithMargin(scores: NDArray): NDArray {
  const [rows = 0, width = 0] = scores.shape;
  const all = toFloats(scores);
  const found = new Float32Array(2 * rows);
  for (let row = 0; row < rows; row++) {
    const rowScores = all.subarray(row * width, (row + 1) * width);
    const [best, lead] = leading(rowScores);
    found.set([best, lead], 2 * row);
  }
  return { dtype: "f32", shape: [rows, 2], bytes: new Uint8Array(found.buffer) };
}

function leading(scores: Float32Array): readonly [best: number, lead: number] {
  let [best, second] = [0, -Infinity];
  for (let i = 1; i < scores.length; i++) {
    const score = scores[i]!;
    if (score > scores[best]!) {
      second = scores[best]!;
      best = i;
    } else if (score > second) second = score;
  }
  return [best, scores[best]! - second];
}
