/** Arrays as batches are fed with them. */
import type { NDArray } from "#dsl/tensor/program.js";

export function whole(values: Int32Array, shape: readonly number[]): NDArray {
  return { dtype: "i32", shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}
export function real(values: Float32Array, shape: readonly number[]): NDArray {
  return { dtype: "f32", shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/** What places of texts teach: `targets` in the flattened batch and the `labels` there; none at all is one that doesn't count. */
export function placed(targets: readonly number[], labels: readonly number[]): Readonly<Record<string, NDArray>> {
  const [at, right] = targets.length === 0 ? [[0], [-100]] : [targets, labels];
  return { targets: whole(Int32Array.from(at), [at.length]), labels: whole(Int32Array.from(right), [at.length]) };
}
