/**
 * ggml's K formats: 256 elements per block, in parts of 16 or 32 with a low-bit scale each, and one scale for the block
 * (and for some an offset, in the same form). Each product is exact in f32, so only the last step rounds, as in ggml.
 */
import { defineBlockFormat, readFloat16 } from "./block-format.js";

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
