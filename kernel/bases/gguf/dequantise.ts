/**
 * Block formats of ggml to f32, bit for bit like its reference: a block has low-bit numbers with a scale (and for some
 * an offset or finer scales) in half precision.
 */
import { fromHalfBits } from "#stdlib/targets/shared/gguf/half.js";

// A block format of ggml: elements and bytes per block, and how to decode them.

/** `decode` writes the elements of all blocks; `elements` and `bytes` are per block. */
export interface GgufBlockFormat {
  readonly name: string;
  readonly elements: number;
  readonly bytes: number;
  decode(from: DataView, to: Float32Array): void;
}

/** `one` decodes a block at its offset and writes its elements from `out` on. */
export function defineBlockFormat(
  name: string,
  elements: number,
  bytes: number,
  one: (from: DataView, offset: number, to: Float32Array, out: number) => void,
): GgufBlockFormat {
  return {
    name,
    elements,
    bytes,
    decode(from, to) {
      for (let block = 0; block * elements < to.length; block++) one(from, block * bytes, to, block * elements);
    },
  };
}

export function readFloat16(from: DataView, offset: number): number {
  return fromHalfBits(from.getUint16(offset, true));
}

// ggml's K formats: 256 elements per block, in parts of 16 or 32 with a low-bit scale each, and one scale for the block
// (and for some an offset, in the same form). Each product is exact in f32, so only the last step rounds, as in ggml.

/** Two bits per element; four bits of scale and four of offset per 16 elements. */
export const q2KFormat = defineBlockFormat("Q2_K", 256, 84, (from, position, to, out) => {
  const [scale, offset] = [readFloat16(from, position + 80), readFloat16(from, position + 82)];
  for (let i = 0; i < 256; i++) {
    const both = from.getUint8(position + (i >> 4));
    const value = (from.getUint8(position + 16 + byteOf(i)) >> shiftOf(i)) & 3;
    to[out + i] = scale * (both & 15) * value - offset * (both >> 4);
  }
});

/**
 * Two low bits per element and a high bit stored separately (if set, nothing is subtracted); six bits of scale per 16
 * elements.
 */
export const q3KFormat = defineBlockFormat("Q3_K", 256, 110, (from, offset, to, out) => {
  const scale = readFloat16(from, offset + 108);
  for (let i = 0; i < 256; i++) {
    const part = i >> 4;
    const low = (from.getUint8(offset + 96 + (part & 7)) >> (part < 8 ? 0 : 4)) & 15;
    const high = (from.getUint8(offset + 104 + (part & 3)) >> (2 * (part >> 2))) & 3;
    const set = (from.getUint8(offset + (i & 31)) >> (i >> 5)) & 1;
    const value = ((from.getUint8(offset + 32 + byteOf(i)) >> shiftOf(i)) & 3) - (set ? 0 : 4);
    to[out + i] = Math.fround(scale * ((low | (high << 4)) - 32)) * value;
  }
});

/** Four bits per element; six bits of scale and six of offset per 32 elements. */
export const q4KFormat = defineBlockFormat("Q4_K", 256, 144, (from, position, to, out) => {
  const [scale, offset] = [readFloat16(from, position), readFloat16(from, position + 2)];
  for (let part = 0; part < 8; part++) {
    const [finer, lower] = sixBits(from, position + 4, part);
    for (let i = 0; i < 32; i++) {
      const value = (from.getUint8(position + 16 + 32 * (part >> 1) + i) >> (4 * (part & 1))) & 15;
      to[out + 32 * part + i] = scale * finer * value - offset * lower;
    }
  }
});

/** Like Q4_K, with the fifth bits stored separately. */
export const q5KFormat = defineBlockFormat("Q5_K", 256, 176, (from, position, to, out) => {
  const [scale, offset] = [readFloat16(from, position), readFloat16(from, position + 2)];
  for (let part = 0; part < 8; part++) {
    const [finer, lower] = sixBits(from, position + 4, part);
    for (let i = 0; i < 32; i++) {
      const low = (from.getUint8(position + 48 + 32 * (part >> 1) + i) >> (4 * (part & 1))) & 15;
      const high = (from.getUint8(position + 16 + i) >> part) & 1;
      to[out + 32 * part + i] = scale * finer * (low | (high << 4)) - offset * lower;
    }
  }
});

/**
 * 256 elements: four low bits each, then two high bits each, a one-byte scale per 16 elements, one scale for the block.
 */
export const q6KFormat = defineBlockFormat("Q6_K", 256, 210, (from, offset, to, out) => {
  const scale = readFloat16(from, offset + 208);
  for (let n = 0; n < 2; n++)
    for (let i = 0; i < 32; i++) {
      const high = from.getUint8(offset + 128 + 32 * n + i);
      for (let part = 0; part < 4; part++) {
        const low = from.getUint8(offset + 64 * n + 32 * (part & 1) + i);
        const value = (((part < 2 ? low : low >> 4) & 15) | (((high >> (2 * part)) & 3) << 4)) - 32;
        const finer = Math.fround(scale * from.getInt8(offset + 192 + 8 * n + 2 * part + (i >> 4)));
        to[out + 128 * n + 32 * part + i] = finer * value;
      }
    }
});

/** Two bits per element: 128 elements take 32 bytes, and elements 32 apart share a byte. */
const byteOf = (i: number): number => 32 * (i >> 7) + (i & 31);
const shiftOf = (i: number): number => 2 * ((i >> 5) & 3);

/**
 * Scale and offset of one of eight parts, from twelve bytes: those of the first four are contiguous, those of the last
 * four split.
 */
function sixBits(from: DataView, start: number, part: number): readonly [scale: number, offset: number] {
  const byte = (i: number): number => from.getUint8(start + i);
  if (part < 4) return [byte(part) & 63, byte(part + 4) & 63];
  const low = byte(part + 4);
  return [(low & 15) | ((byte(part - 4) >> 2) & 48), (low >> 4) | ((byte(part) >> 2) & 48)];
}

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
