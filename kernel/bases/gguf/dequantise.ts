/**
 * Block formats of ggml to f32, bit for bit like its reference: a block has low-bit numbers with a scale (and for some
 * an offset or finer scales) in half precision.
 */

import { defineBlockFormat, readFloat16, type GgufBlockFormat } from "./block-format.js";
import { q2KFormat, q3KFormat, q4KFormat, q5KFormat, q6KFormat } from "./k-quants.js";

export type { GgufBlockFormat };

const f32: GgufBlockFormat = {
  name: "F32",
  elements: 1,
  bytes: 4,
  decode(from, to) {
    for (let i = 0; i < to.length; i++) to[i] = from.getFloat32(4 * i, true);
  },
};
const f16: GgufBlockFormat = {
  name: "F16",
  elements: 1,
  bytes: 2,
  decode(from, to) {
    for (let i = 0; i < to.length; i++) to[i] = readFloat16(from, 2 * i);
  },
};
const bf16: GgufBlockFormat = {
  name: "BF16",
  elements: 1,
  bytes: 2,
  decode(from, to) {
    const bits = new Uint32Array(to.buffer, to.byteOffset, to.length);
    for (let i = 0; i < to.length; i++) bits[i] = from.getUint16(2 * i, true) << 16;
  },
};
const q4_0 = defineBlockFormat("Q4_0", 32, 18, (from, offset, to, out) => {
  const scale = readFloat16(from, offset);
  for (let i = 0; i < 16; i++) {
    const two = from.getUint8(offset + 2 + i);
    to[out + i] = scale * ((two & 15) - 8);
    to[out + 16 + i] = scale * ((two >> 4) - 8);
  }
});
const q4_1 = defineBlockFormat("Q4_1", 32, 20, (from, position, to, out) => {
  const [scale, offset] = [readFloat16(from, position), readFloat16(from, position + 2)];
  for (let i = 0; i < 16; i++) {
    const two = from.getUint8(position + 4 + i);
    to[out + i] = Math.fround(scale * (two & 15)) + offset;
    to[out + 16 + i] = Math.fround(scale * (two >> 4)) + offset;
  }
});
/** Like Q4_0 and Q4_1, with the fifth bits of all 32 elements stored together. */
const q5_0 = defineBlockFormat("Q5_0", 32, 22, (from, offset, to, out) => {
  const [scale, high] = [readFloat16(from, offset), from.getUint32(offset + 2, true)];
  for (let i = 0; i < 16; i++) {
    const two = from.getUint8(offset + 6 + i);
    to[out + i] = scale * (((two & 15) | (((high >>> i) & 1) << 4)) - 16);
    to[out + 16 + i] = scale * (((two >> 4) | (((high >>> (16 + i)) & 1) << 4)) - 16);
  }
});
const q5_1 = defineBlockFormat("Q5_1", 32, 24, (from, position, to, out) => {
  const [scale, offset, high] = [
    readFloat16(from, position),
    readFloat16(from, position + 2),
    from.getUint32(position + 4, true),
  ];
  for (let i = 0; i < 16; i++) {
    const two = from.getUint8(position + 8 + i);
    to[out + i] = Math.fround(scale * ((two & 15) | (((high >>> i) & 1) << 4))) + offset;
    to[out + 16 + i] = Math.fround(scale * ((two >> 4) | (((high >>> (16 + i)) & 1) << 4))) + offset;
  }
});
const q8_0 = defineBlockFormat("Q8_0", 32, 34, (from, offset, to, out) => {
  const scale = readFloat16(from, offset);
  for (let i = 0; i < 32; i++) to[out + i] = scale * from.getInt8(offset + 2 + i);
});
/** Formats by ggml's number. */
export const GGUF_BLOCK_FORMATS: ReadonlyMap<number, GgufBlockFormat> = new Map([
  [0, f32],
  [1, f16],
  [2, q4_0],
  [3, q4_1],
  [6, q5_0],
  [7, q5_1],
  [8, q8_0],
  [10, q2KFormat],
  [11, q3KFormat],
  [12, q4KFormat],
  [13, q5KFormat],
  [14, q6KFormat],
  [30, bf16],
]);

export const UNSUPPORTED_FORMAT_NAMES: ReadonlyMap<number, string> = new Map([
  [9, "Q8_1"],
  [15, "Q8_K"],
  [16, "IQ2_XXS"],
  [17, "IQ2_XS"],
  [18, "IQ3_XXS"],
  [19, "IQ1_S"],
  [20, "IQ4_NL"],
  [21, "IQ3_S"],
  [22, "IQ2_S"],
  [23, "IQ4_XS"],
  [29, "IQ1_M"],
]);

/** Returns the elements of `bytes`, which must be complete blocks of a format. */
export function dequantise(format: GgufBlockFormat, bytes: Uint8Array): Float32Array {
  const to = new Float32Array((bytes.length / format.bytes) * format.elements);
  format.decode(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), to);
  return to;
}
