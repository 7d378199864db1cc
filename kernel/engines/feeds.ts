/** Converts scalars and arrays to and from an engine's format. */
import type { NDArray } from "#dsl/tensor/program.js";

export function scalarF32(value: number): NDArray {
  return { dtype: "f32", shape: [], bytes: new Uint8Array(Float32Array.of(value).buffer) };
}
export function scalarI32(value: number): NDArray {
  return { dtype: "i32", shape: [], bytes: new Uint8Array(Int32Array.of(value).buffer) };
}
/** Returns the values of an f32 array; copied if its bytes are not aligned. */
export function toFloats(array: NDArray): Float32Array {
  const { bytes } = array;
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}
export function readScalar(value: NDArray | undefined): number {
  if (!value) return Number.NaN;
  return new DataView(value.bytes.buffer, value.bytes.byteOffset, 4).getFloat32(0, true);
}
