/**
 * Dense arrays for the float64 references, and their conversion from and to bytes (`NDArray`). Every element is a
 * double, whatever the dtype: i32 and bool are exact in it.
 */
import type { DType, NDArray, Type } from "./program.js";
import { elementCount, type Sizes } from "./shape.js";

export interface ArrayValues {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export function elementCountOfShape(shape: readonly number[]): number {
  return shape.reduce((product, d) => product * d, 1);
}

export function makeArrayValues(shape: readonly number[], data?: ArrayLike<number>): ArrayValues {
  return { shape, data: data ? new Float64Array(data) : zeros(elementCountOfShape(shape)) };
}

/** Bytes of a buffer shared by many arrays, and of the largest array placed in it. */
const SHARED = 2 ** 20;
const LARGEST = SHARED / 8;
let shared = new ArrayBuffer(SHARED);
let used = 0;

/**
 * Returns an array of zeros. A program's arrays are many and small: allocating and freeing a buffer for each would take
 * longer than computing most of them, so they share larger buffers.
 */
export function zeros(count: number): Float64Array {
  const bytes = 8 * count;
  // A fractional size must not make later arrays overlap.
  if (!(bytes <= LARGEST) || !Number.isInteger(count)) return new Float64Array(count);
  if (used + bytes > SHARED) {
    shared = new ArrayBuffer(SHARED);
    used = 0;
  }
  const array = new Float64Array(shared, used, count);
  used += bytes;
  return array;
}

export const DTYPE_BYTES: Readonly<Record<DType, number>> = { f32: 4, f64: 8, bf16: 2, i32: 4, i8: 1, u8: 1, bool: 1 };

export function byteSizeOf(type: Type, sizes: Sizes): number {
  return elementCount(type, sizes) * DTYPE_BYTES[type.dtype];
}

export function fromNDArray(array: NDArray): ArrayValues {
  const n = elementCountOfShape(array.shape);
  const copy = array.bytes.slice(0, n * DTYPE_BYTES[array.dtype]).buffer;
  return { shape: array.shape, data: new Float64Array(typed(array.dtype, copy)) };
}

function typed(dtype: DType, buffer: ArrayBuffer): ArrayLike<number> {
  switch (dtype) {
    case "f32":
      return new Float32Array(buffer);
    case "f64":
      return new Float64Array(buffer);
    case "i32":
      return new Int32Array(buffer);
    case "i8":
      return new Int8Array(buffer);
    case "u8":
    case "bool":
      return new Uint8Array(buffer);
    case "bf16":
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (half) => half << 16).buffer);
  }
}

/** Rounds to the dtype; bf16 to nearest even. */
export function toNDArray(dtype: DType, v: ArrayValues): NDArray {
  return { dtype, shape: v.shape, bytes: encode(dtype, v.data) };
}

function encode(dtype: DType, data: Float64Array): Uint8Array {
  const byteSizeOf = (a: { buffer: ArrayBufferLike; byteLength: number }): Uint8Array =>
    new Uint8Array(a.buffer, 0, a.byteLength);
  switch (dtype) {
    case "f32":
      return byteSizeOf(new Float32Array(data));
    case "f64":
      return byteSizeOf(new Float64Array(data));
    case "i32":
      return byteSizeOf(new Int32Array(data));
    case "i8":
      return byteSizeOf(new Int8Array(data));
    case "u8":
      return new Uint8Array(data);
    case "bool":
      return Uint8Array.from(data, (x) => (x ? 1 : 0));
    case "bf16": {
      const bits = new Uint32Array(new Float32Array(data).buffer);
      return byteSizeOf(
        Uint16Array.from(bits, (b) => (isNaNBits(b) ? 0x7fc0 : (b + 0x7fff + ((b >>> 16) & 1)) >>> 16)),
      );
    }
  }
}

function isNaNBits(bits: number): boolean {
  return (bits & 0x7fffffff) > 0x7f800000;
}

export function scalarNDArray(dtype: DType, value: number): NDArray {
  return toNDArray(dtype, makeArrayValues([], [value]));
}

/** Strides of a row-major array; 0 where the dimension is 1, so that an index repeats over a broadcast. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(0);
  for (let axis = shape.length - 1, step = 1; axis >= 0; axis--) {
    const d = shape[axis] as number;
    strides[axis] = d === 1 ? 0 : step;
    step *= d;
  }
  return strides;
}

/** Calls `visit(flat, offset of each array)` for all positions of `shape`; `strides` are aligned to the last axis. */
export function forEachPosition(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (flat: number, offsets: readonly number[]) => void,
): void {
  const n = elementCountOfShape(shape);
  const index = new Array<number>(shape.length).fill(0);
  const offsets = strides.map(() => 0);
  const aligned = strides.map((s) => shape.map((_, axis) => s[axis - (shape.length - s.length)] ?? 0));
  for (let flat = 0; flat < n; flat++) {
    visit(flat, offsets);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = index[axis]! + 1;
      const wraps = next === shape[axis];
      index[axis] = wraps ? 0 : next;
      for (let k = 0; k < aligned.length; k++) offsets[k]! += aligned[k]![axis]! * (wraps ? 1 - next : 1);
      if (!wraps) break;
    }
  }
}
