/**
 * Quantizes f32 to ggml's block formats, bit-identical to its reference: 32 elements per block with few bits each, and
 * a half-precision scale (and offset for some). Every operation is rounded to f32, like the reference.
 */
import { toBf16Bits, toHalfBits } from "./half.js";

/** A tensor format that can be written. `elements` and `bytes` are those of one block. */
export interface GgufTensorFormat {
  readonly name: string;
  /** ggml's number of the format. */
  readonly number: number;
  readonly elements: number;
  readonly bytes: number;
  /** Writes the block of the elements from `from` on, at `offset`. */
  one(x: Float32Array, from: number, to: DataView, offset: number): void;
}

const f = Math.fround;

export const f32Format: GgufTensorFormat = {
  name: "F32",
  number: 0,
  elements: 1,
  bytes: 4,
  one: (x, from, to, offset) => {
    to.setFloat32(offset, x[from]!, true);
  },
};
export const f16Format: GgufTensorFormat = {
  name: "F16",
  number: 1,
  elements: 1,
  bytes: 2,
  one: (x, from, to, offset) => {
    to.setUint16(offset, toHalfBits(x[from]!), true);
  },
};
export const bf16Format: GgufTensorFormat = {
  name: "BF16",
  number: 30,
  elements: 1,
  bytes: 2,
  one: (x, from, to, offset) => {
    to.setUint16(offset, toBf16Bits(x[from]!), true);
  },
};
export const q8_0Format: GgufTensorFormat = {
  name: "Q8_0",
  number: 8,
  elements: 32,
  bytes: 34,
  one(x, from, to, offset) {
    const d = f(Math.abs(farthest(x, from)) / 127);
    const inverse = d ? f(1 / d) : 0;
    to.setUint16(offset, toHalfBits(d), true);
    for (let i = 0; i < 32; i++) {
      const value = f(x[from + i]! * inverse);
      // Rounds halves away from zero.
      to.setInt8(offset + 2 + i, Math.sign(value) * Math.floor(Math.abs(value) + 0.5));
    }
  },
};
/** Maps the element with the greatest absolute value to the lowest level, so that the scale takes its sign. */
const signed = (name: string, number: number, high: boolean): GgufTensorFormat => ({
  name,
  number,
  elements: 32,
  bytes: high ? 22 : 18,
  one(x, from, to, offset) {
    const middle = high ? 16 : 8;
    const d = f(farthest(x, from) / -middle);
    const inverse = d ? f(1 / d) : 0;
    to.setUint16(offset, toHalfBits(d), true);
    pack(to, offset + 2, high, (i) => f(f(x[from + i]! * inverse) + middle + 0.5));
  },
});
const offset = (name: string, number: number, high: boolean): GgufTensorFormat => ({
  name,
  number,
  elements: 32,
  bytes: high ? 24 : 20,
  one(x, from, to, at) {
    let [least, most] = [x[from]!, x[from]!];
    for (let i = 1; i < 32; i++) {
      const value = x[from + i]!;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    const d = f(f(most - least) / (high ? 31 : 15));
    const inverse = d ? f(1 / d) : 0;
    to.setUint16(at, toHalfBits(d), true);
    to.setUint16(at + 2, toHalfBits(least), true);
    pack(to, at + 4, high, (i) => f(f(f(x[from + i]! - least) * inverse) + 0.5));
  },
});
export const q4_0Format = signed("Q4_0", 2, false);
export const q4_1Format = offset("Q4_1", 3, false);
export const q5_0Format = signed("Q5_0", 6, true);
export const q5_1Format = offset("Q5_1", 7, true);

/** Returns the first of equal ones. */
function farthest(x: Float32Array, from: number): number {
  let most = 0;
  for (let i = 0; i < 32; i++) if (Math.abs(x[from + i]!) > Math.abs(most)) most = x[from + i]!;
  return most;
}

/** Packs 32 integers: element i in one byte with element i + 16. Fifth bits, if any, precede them contiguously. */
function pack(to: DataView, offset: number, high: boolean, value: (i: number) => number): void {
  const greatest = high ? 31 : 15;
  const whole = (i: number): number => Math.min(greatest, Math.trunc(value(i)));
  let fifths = 0;
  for (let i = 0; i < 16; i++) {
    const [a, b] = [whole(i), whole(16 + i)];
    fifths |= ((a >> 4) << i) | ((b >> 4) << (16 + i));
    to.setUint8(offset + (high ? 4 : 0) + i, (a & 15) | ((b & 15) << 4));
  }
  if (high) to.setUint32(offset, fifths >>> 0, true);
}

/** Encodes complete blocks of elements as bytes. */
export function encodeTensor(x: Float32Array, { elements, bytes, one, number }: GgufTensorFormat): Uint8Array {
  if (number === 0) return new Uint8Array(x.buffer, x.byteOffset, x.byteLength);
  const out = new Uint8Array((x.length / elements) * bytes);
  const to = new DataView(out.buffer);
  for (let from = 0, offset = 0; from < x.length; from += elements, offset += bytes) one(x, from, to, offset);
  return out;
}
