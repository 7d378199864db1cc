/**
 * Block formats of ggml to f32, bit for bit as its reference does it: a block is some numbers of few bits with a scale (and
 * for some an offset or finer scales) in half precision.
 */

import { blocks, half, type BlockFormat } from "./block-format.js";
import { q2_k, q3_k, q4_k, q5_k, q6_k } from "./k-quants.js";

export type { BlockFormat };

const f32: BlockFormat = {
  name: "F32",
  elements: 1,
  bytes: 4,
  decode(from, to) {
    for (let i = 0; i < to.length; i++) to[i] = from.getFloat32(4 * i, true);
  },
};
const f16: BlockFormat = {
  name: "F16",
  elements: 1,
  bytes: 2,
  decode(from, to) {
    for (let i = 0; i < to.length; i++) to[i] = half(from, 2 * i);
  },
};
const bf16: BlockFormat = {
  name: "BF16",
  elements: 1,
  bytes: 2,
  decode(from, to) {
    const bits = new Uint32Array(to.buffer, to.byteOffset, to.length);
    for (let i = 0; i < to.length; i++) bits[i] = from.getUint16(2 * i, true) << 16;
  },
};
const q4_0 = blocks("Q4_0", 32, 18, (from, at, to, out) => {
  const scale = half(from, at);
  for (let i = 0; i < 16; i++) {
    const two = from.getUint8(at + 2 + i);
    to[out + i] = scale * ((two & 15) - 8);
    to[out + 16 + i] = scale * ((two >> 4) - 8);
  }
});
const q4_1 = blocks("Q4_1", 32, 20, (from, at, to, out) => {
  const [scale, offset] = [half(from, at), half(from, at + 2)];
  for (let i = 0; i < 16; i++) {
    const two = from.getUint8(at + 4 + i);
    to[out + i] = Math.fround(scale * (two & 15)) + offset;
    to[out + 16 + i] = Math.fround(scale * (two >> 4)) + offset;
  }
});
/** As Q4_0 and Q4_1, with the fifth bits of all 32 side by side. */
const q5_0 = blocks("Q5_0", 32, 22, (from, at, to, out) => {
  const [scale, high] = [half(from, at), from.getUint32(at + 2, true)];
  for (let i = 0; i < 16; i++) {
    const two = from.getUint8(at + 6 + i);
    to[out + i] = scale * (((two & 15) | (((high >>> i) & 1) << 4)) - 16);
    to[out + 16 + i] = scale * (((two >> 4) | (((high >>> (16 + i)) & 1) << 4)) - 16);
  }
});
const q5_1 = blocks("Q5_1", 32, 24, (from, at, to, out) => {
  const [scale, offset, high] = [half(from, at), half(from, at + 2), from.getUint32(at + 4, true)];
  for (let i = 0; i < 16; i++) {
    const two = from.getUint8(at + 8 + i);
    to[out + i] = Math.fround(scale * ((two & 15) | (((high >>> i) & 1) << 4))) + offset;
    to[out + 16 + i] = Math.fround(scale * ((two >> 4) | (((high >>> (16 + i)) & 1) << 4))) + offset;
  }
});
const q8_0 = blocks("Q8_0", 32, 34, (from, at, to, out) => {
  const scale = half(from, at);
  for (let i = 0; i < 32; i++) to[out + i] = scale * from.getInt8(at + 2 + i);
});
/** By ggml's number of the format. */
export const FORMATS: ReadonlyMap<number, BlockFormat> = new Map([
  [0, f32],
  [1, f16],
  [2, q4_0],
  [3, q4_1],
  [6, q5_0],
  [7, q5_1],
  [8, q8_0],
  [10, q2_k],
  [11, q3_k],
  [12, q4_k],
  [13, q5_k],
  [14, q6_k],
  [30, bf16],
]);

/** Names of ggml's other formats, for errors. */
export const OTHERS: ReadonlyMap<number, string> = new Map([
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

/** The elements of `bytes`, whole blocks of a format. */
export function dequantise(format: BlockFormat, bytes: Uint8Array): Float32Array {
  const to = new Float32Array((bytes.length / format.bytes) * format.elements);
  format.decode(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), to);
  return to;
}
