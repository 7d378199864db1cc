/** Arrays that a runtime gives and takes: rows picked, none at all. */
import type { NDArray } from "#dsl/graph/program.js";

/** Rows of the first axis, in that order; bytes of an element follow from its dtype's. */
export function gathered({ dtype, shape, bytes }: NDArray, rows: Int32Array): NDArray {
  const [count = 0, ...rest] = shape;
  const size = count === 0 ? 0 : bytes.length / count;
  const out = new Uint8Array(rows.length * size);
  rows.forEach((row, i) => out.set(bytes.subarray(row * size, (row + 1) * size), i * size));
  return { dtype, shape: [rows.length, ...rest], bytes: out };
}

/** An array of which one axis has no element. */
export function nothing(shape: readonly number[]): NDArray {
  return { dtype: "f32", shape, bytes: new Uint8Array(0) };
}
