/** Number formats of weight files and arrays, and conversions between them. */
import { halfToNumber } from "#dsl/tensor/numbers/halves.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DType, NDArray } from "#dsl/tensor/program.js";

/** Bytes per element of each safetensors type that a header may contain. */
export const SAFETENSORS_ELEMENT_BYTES: Readonly<Record<string, number>> = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** Bytes per element of an array. */
export const ELEMENT_BYTES: Readonly<Record<DType, number>> = {
  f32: 4,
  f64: 8,
  bf16: 2,
  i32: 4,
  i8: 1,
  u8: 1,
  bool: 1,
};

/**
 * Converts bytes of type `from` to type `to` (both safetensors names). Coded error: `weights-malformed` for impossible
 * conversions.
 */
export function convertElements(bytes: Uint8Array, from: string, to: string, file: string): Uint8Array {
  if (from === to) return bytes;
  const count = bytes.length / SAFETENSORS_ELEMENT_BYTES[from]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = READERS[from]?.(view);
  const writer = WRITERS[to];
  if (!read || !writer) throw new CodedError("weights-malformed", { file, why: `${from} cannot be read as ${to}` });
  return writer(count, read);
}

const READERS: Readonly<Record<string, (v: DataView) => (i: number) => number>> = {
  F64: (v) => (i) => v.getFloat64(8 * i, true),
  F32: (v) => (i) => v.getFloat32(4 * i, true),
  F16: (v) => (i) => halfToNumber(v.getUint16(2 * i, true)),
  BF16: (v) => (i) => brainToNumber(v.getUint16(2 * i, true)),
  I64: (v) => (i) => Number(v.getBigInt64(8 * i, true)),
  U64: (v) => (i) => Number(v.getBigUint64(8 * i, true)),
  I32: (v) => (i) => v.getInt32(4 * i, true),
  U32: (v) => (i) => v.getUint32(4 * i, true),
  I16: (v) => (i) => v.getInt16(2 * i, true),
  U16: (v) => (i) => v.getUint16(2 * i, true),
  I8: (v) => (i) => v.getInt8(i),
  U8: (v) => (i) => v.getUint8(i),
  BOOL: (v) => (i) => v.getUint8(i),
};
const WRITERS: Readonly<Record<string, (count: number, read: (i: number) => number) => Uint8Array>> = {
  F64: (n, read) => bytesOfArray(Float64Array.from({ length: n }, (_, i) => read(i))),
  F32: (n, read) => {
    const out = new Float32Array(n);
    for (let i = 0; i < n; i++) out[i] = read(i);
    return bytesOfArray(out);
  },
  BF16: (n, read) => bytesOfArray(Uint16Array.from({ length: n }, (_, i) => numberToBrain(read(i)))),
  I32: (n, read) => bytesOfArray(Int32Array.from({ length: n }, (_, i) => read(i))),
  BOOL: (n, read) => Uint8Array.from({ length: n }, (_, i) => (read(i) === 0 ? 0 : 1)),
};

/** Returns the bytes of a typed array without copying. */
export function bytesOfArray(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Returns an array's bytes at an address aligned for wider elements; copies only if necessary. */
export function alignBytes(bytes: Uint8Array, element: number): Uint8Array {
  return bytes.byteOffset % element === 0 ? bytes : bytes.slice();
}

export function toFloat32Array(array: NDArray): Float32Array {
  const bytes = alignBytes(array.bytes, 4);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}
export function toInt32Array(array: NDArray): Int32Array {
  const bytes = alignBytes(array.bytes, 4);
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

const scratch = new DataView(new ArrayBuffer(4));
function brainToNumber(b: number): number {
  scratch.setUint32(0, b << 16);
  return scratch.getFloat32(0);
}
/** Rounds to nearest, ties to even; NaN stays NaN. */
function numberToBrain(x: number): number {
  scratch.setFloat32(0, x);
  const bits = scratch.getUint32(0);
  if (Number.isNaN(x)) return (bits >>> 16) | 0x40;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}
/** Float32 values rounded to bf16. */
export function floatsToBfloat16(bytes: Uint8Array): Uint8Array {
  return convertElements(bytes, "F32", "BF16", "");
}
