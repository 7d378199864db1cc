/**
 * Quantisation of frozen weights as they are loaded. `int8`: each channel is divided by its greatest absolute value /
 * 127 and rounded to nearest even (LLM.int8, Dettmers et al., 2022, arXiv 2208.07339). `nf4`: blocks of 64 in row-major
 * order, each divided by its greatest absolute value, then the nearest of 16 levels. `double` stores the scales, less
 * their mean, as 8-bit codes in blocks of 256 (QLoRA).
 */
import { roundHalfToEven } from "./to-even.js";
import { QUANTIZATION_LEVELS } from "./levels.js";
import type { NDArray, StorageForm, StoredPart } from "../program.js";
import { elementCountOfShape } from "../values.js";

export const NF4_BLOCK = 64;
export const QUANTIZED_SCALES_PER_BLOCK = 256;

type Parts = Readonly<Partial<Record<StoredPart, NDArray>>>;

/** Quantises f32 numbers to the arrays that store them, by part name. */
export function quantizeArray(x: Float32Array, shape: readonly number[], stored: StorageForm): Parts {
  if (stored.as === "int8") return channels(x, shape as [number, number], stored.axis);
  if (stored.as === "bf16") return { codes: { dtype: "bf16", shape, bytes: bytesOf(brains(x)) } };
  const { codes, scales } = blocks(x, NF4_BLOCK, "nf4");
  if (!stored.double) return { codes: bytes(codes), scales: floats(scales) };
  const offset = Math.fround(scales.reduce((sum, scale) => sum + scale, 0) / scales.length);
  const inner = blocks(
    scales.map((scale) => Math.fround(scale - offset)),
    QUANTIZED_SCALES_PER_BLOCK,
    "dynamic",
  );
  return {
    codes: bytes(codes),
    scale_codes: bytes(inner.codes),
    scale_scales: floats(inner.scales),
    offset: { ...floats(Float32Array.of(offset)), shape: [] },
  };
}

export function dequantizeArray(parts: Parts, shape: readonly number[], stored: StorageForm): Float32Array {
  const n = elementCountOfShape(shape);
  const codes = parts.codes!.bytes;
  if (stored.as === "bf16") {
    const halves = new Uint16Array(codes.buffer, codes.byteOffset, n);
    return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
  }
  if (stored.as === "int8") {
    const signed = new Int8Array(codes.buffer, codes.byteOffset, n);
    const scales = read(parts.scales!);
    const columns = shape[1]!;
    return Float32Array.from(
      signed,
      (code, i) => code * scales[stored.axis === 0 ? Math.floor(i / columns) : i % columns]!,
    );
  }
  const scales = stored.double
    ? looked(
        parts.scale_codes!.bytes,
        read(parts.scale_scales!),
        Math.ceil(n / NF4_BLOCK),
        QUANTIZED_SCALES_PER_BLOCK,
        "dynamic",
      ).map((scale) => Math.fround(scale + read(parts.offset!)[0]!))
    : read(parts.scales!);
  return looked(codes, scales, n, NF4_BLOCK, "nf4");
}

function channels(x: Float32Array, [rows, columns]: readonly [number, number], axis: number): Parts {
  const greatest = new Float32Array(axis === 0 ? rows : columns);
  const [ofRow, ofColumn] = axis === 0 ? [1, 0] : [0, 1];
  for (let r = 0, i = 0; r < rows; r++)
    for (let c = 0; c < columns; c++, i++) {
      const line = r * ofRow + c * ofColumn;
      const size = Math.abs(x[i]!);
      if (size > greatest[line]!) greatest[line] = size;
    }
  const codes = new Int8Array(x.length);
  for (let r = 0, i = 0; r < rows; r++)
    for (let c = 0; c < columns; c++, i++) {
      const most = greatest[r * ofRow + c * ofColumn]!;
      if (most > 0) codes[i] = roundHalfToEven(Math.fround(Math.fround(127 * x[i]!) / most));
    }
  const scales = greatest.map((most) => most / 127);
  return { codes: { dtype: "i8", shape: [rows, columns], bytes: bytesOf(codes) }, scales: floats(scales) };
}

/** The last block is padded with zeros. */
function blocks(x: Float32Array, block: number, name: "nf4" | "dynamic"): { codes: Uint8Array; scales: Float32Array } {
  const levels = QUANTIZATION_LEVELS[name];
  const packed = levels.length === 16;
  const borders = Float64Array.from(levels.slice(1), (level, i) => (level + levels[i]!) / 2);
  const count = Math.ceil(x.length / block);
  const scales = new Float32Array(count);
  const codes = new Uint8Array((count * block) / (packed ? 2 : 1));
  const zero = levels.indexOf(0);
  for (let b = 0; b < count; b++) {
    let most = 0;
    for (let i = b * block; i < Math.min((b + 1) * block, x.length); i++) most = Math.max(most, Math.abs(x[i]!));
    scales[b] = most;
    for (let i = b * block; i < (b + 1) * block; i++) {
      const code = i < x.length && most > 0 ? nearest(borders, Math.fround(x[i]! / most)) : zero;
      if (packed) codes[i >> 1] = codes[i >> 1]! | (i % 2 ? code : code << 4);
      else codes[i] = code;
    }
  }
  return { codes, scales };
}
/** Number of borders below x. */
function nearest(borders: Float64Array, x: number): number {
  let [low, high] = [0, borders.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x > borders[middle]!) low = middle + 1;
    else high = middle;
  }
  return low;
}
function looked(
  codes: Uint8Array,
  scales: Float32Array,
  n: number,
  block: number,
  name: "nf4" | "dynamic",
): Float32Array {
  const levels = QUANTIZATION_LEVELS[name];
  const y = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const code = levels.length === 16 ? (i % 2 ? codes[i >> 1]! & 15 : codes[i >> 1]! >> 4) : codes[i]!;
    y[i] = levels[code]! * scales[Math.floor(i / block)]!;
  }
  return y;
}
/** Rounds to the nearest bf16, ties to even; NaN remains NaN. */
function brains(x: Float32Array): Uint16Array {
  const bits = new Uint32Array(x.buffer, x.byteOffset, x.length);
  const halves = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const b = bits[i]!;
    halves[i] = (b & 0x7fffffff) > 0x7f800000 ? (b >>> 16) | 0x40 : (b + 0x7fff + ((b >>> 16) & 1)) >>> 16;
  }
  return halves;
}
const bytesOf = (a: Int8Array | Uint16Array | Float32Array): Uint8Array =>
  new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
const bytes = (codes: Uint8Array): NDArray => ({ dtype: "u8", shape: [codes.length], bytes: codes });
const floats = (x: Float32Array): NDArray => ({ dtype: "f32", shape: [x.length], bytes: bytesOf(x) });
const read = ({ bytes: b }: NDArray): Float32Array => new Float32Array(b.buffer, b.byteOffset, b.byteLength / 4);
