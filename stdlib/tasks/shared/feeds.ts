/** Arrays for feeding batches. */
import type { NDArray } from "#dsl/tensor/program.js";

export function int32NDArray(values: Int32Array, shape: readonly number[]): NDArray {
  return { dtype: "i32", shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}
export function float32NDArray(values: Float32Array, shape: readonly number[]): NDArray {
  return { dtype: "f32", shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/**
 * Targets of trained positions: `targets` in the flattened batch and the `labels` there. If there are none, one ignored
 * position is fed.
 */
export function targetInputs(targets: readonly number[], labels: readonly number[]): Readonly<Record<string, NDArray>> {
  const [places, right] = targets.length === 0 ? [[0], [-100]] : [targets, labels];
  return {
    targets: int32NDArray(Int32Array.from(places), [places.length]),
    labels: int32NDArray(Int32Array.from(right), [places.length]),
  };
}
