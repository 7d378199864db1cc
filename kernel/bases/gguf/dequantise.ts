/**
 * Block formats of ggml to f32, bit for bit as its reference does it: a block is some numbers of few bits with a scale (and
 * for some an offset or finer scales) in half precision.
 */

/** `decode` writes the elements of all blocks; `elements` and `bytes` are those of one. */
export interface BlockFormat {
  readonly name: string;
  readonly elements: number;
  readonly bytes: number;
  decode(from: DataView, to: Float32Array): void;
}

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
const q8_0 = blocks("Q8_0", 32, 34, (from, at, to, out) => {
  const scale = half(from, at);
  for (let i = 0; i < 32; i++) to[out + i] = scale * from.getInt8(at + 2 + i);
});
/** 256 elements: four low bits each, then two high ones each, a scale of one byte for each 16, one scale over all. */
const q6_k = blocks("Q6_K", 256, 210, (from, at, to, out) => {
  const scale = half(from, at + 208);
  for (let n = 0; n < 2; n++)
    for (let i = 0; i < 32; i++) {
      const high = from.getUint8(at + 128 + 32 * n + i);
      for (let part = 0; part < 4; part++) {
        const low = from.getUint8(at + 64 * n + 32 * (part & 1) + i);
        const value = (((part < 2 ? low : low >> 4) & 15) | (((high >> (2 * part)) & 3) << 4)) - 32;
        const finer = Math.fround(scale * from.getInt8(at + 192 + 8 * n + 2 * part + (i >> 4)));
        to[out + 128 * n + 32 * part + i] = finer * value;
      }
    }
});

/** By ggml's number of the format. */
export const FORMATS: ReadonlyMap<number, BlockFormat> = new Map([
  [0, f32],
  [1, f16],
  [2, q4_0],
  [3, q4_1],
  [8, q8_0],
  [14, q6_k],
  [30, bf16],
]);

/** Names of ggml's other formats, for errors. */
export const OTHERS: ReadonlyMap<number, string> = new Map([
  [6, "Q5_0"],
  [7, "Q5_1"],
  [9, "Q8_1"],
  [10, "Q2_K"],
  [11, "Q3_K"],
  [12, "Q4_K"],
  [13, "Q5_K"],
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

function blocks(
  name: string,
  elements: number,
  bytes: number,
  one: (from: DataView, at: number, to: Float32Array, out: number) => void,
): BlockFormat {
  return {
    name,
    elements,
    bytes,
    decode(from, to) {
      for (let block = 0; block * elements < to.length; block++) one(from, block * bytes, to, block * elements);
    },
  };
}

function half(from: DataView, at: number): number {
  const bits = from.getUint16(at, true);
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
