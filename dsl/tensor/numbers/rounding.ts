/**
 * Integer rounding of weights as files store them: a byte each with a scale per line (a row or a column), or 4 bits
 * each with a scale per block of 32 along a product's inputs. Exports to other runtimes (`emit/onnx/rounding`) and
 * files of compressed models both use it, so that they agree. Rounding twice gives the same codes.
 */
import { CodedError } from "../../language/diagnostics/codes.js";

/** Greatest code of a weight that is multiplied, and of a row that is only looked up. */
export const MAX_PRODUCT_CODE = 63;
export const MAX_LOOKUP_CODE = 127;

/** A matrix with a scale per line. */
export interface ScaledMatrixLayout {
  readonly rows: number;
  readonly columns: number;
  /** One scale per row; otherwise one per column. */
  readonly byRow: boolean;
  /** Greatest code. */
  readonly most: number;
}
export function lineScales(x: Float32Array, { rows, columns, byRow, most }: ScaledMatrixLayout): Float32Array {
  const scales = new Float32Array(byRow ? rows : columns);
  for (let row = 0, index = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, index++) {
      const line = byRow ? row : column;
      const size = Math.abs(x[index]!);
      if (size > scales[line]!) scales[line] = size;
    }
  return scales.map((size) => (size === 0 ? 1 : size / most));
}
/** Rounds each line to codes. `turn`: returns the codes as [columns, rows]. */
export function roundLinesToCodes(
  x: Float32Array,
  scales: Float32Array,
  { rows, columns, byRow, most }: ScaledMatrixLayout,
  turn = false,
): Int8Array {
  const codes = new Int8Array(x.length);
  for (let row = 0, index = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, index++) {
      const code = Math.round(x[index]! / scales[byRow ? row : column]!);
      codes[turn ? column * rows + row : index] = Math.max(-most, Math.min(most, code));
    }
  return codes;
}
/** Dequantises codes to numbers, in the matrix's layout. */
export function dequantizeLines(
  codes: Int8Array,
  scales: Float32Array,
  { rows, columns, byRow }: Pick<ScaledMatrixLayout, "rows" | "columns" | "byRow">,
): Float32Array {
  const x = new Float32Array(codes.length);
  for (let row = 0, index = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, index++) x[index] = codes[index]! * scales[byRow ? row : column]!;
  return x;
}

export const INT4_BLOCK = 32;
/** Below this size, 4-bit weights save too little. */
const LEAST = 16 * INT4_BLOCK;

/** Shape of a product's weight. */
export interface ProductWeightShape {
  readonly in: number;
  readonly out: number;
  /** Stored as [out, in]; otherwise as [in, out]. */
  readonly turned: boolean;
}
/** Codes 0 … 15 mean (code − 8) · scale; [out, in], two per byte, the first in the low half; [out, in / 32] scales. */
export interface Int4Codes {
  readonly codes: Uint8Array;
  readonly scales: Float32Array;
}
/** Reports whether the inputs fill complete blocks and the weight is large enough. */
export function fitsInt4(p: Pick<ProductWeightShape, "in" | "out">): boolean {
  return p.in % INT4_BLOCK === 0 && p.in * p.out >= LEAST;
}

/**
 * Shares to try of the scale that represents a block's largest number exactly; the one with the least error is used.
 */
const SHARES = [1, 0.94, 0.88, 0.82];

export function quantizeToInt4(x: Float32Array, p: ProductWeightShape): Int4Codes {
  const blocks = p.in / INT4_BLOCK;
  const codes = new Uint8Array((p.out * p.in) / 2);
  const scales = new Float32Array(p.out * blocks);
  const [step, row] = p.turned ? [1, p.in] : [p.out, 1];
  const block = new Float32Array(INT4_BLOCK);
  for (let out = 0, number = 0; out < p.out; out++)
    for (let blockIndex = 0; blockIndex < blocks; blockIndex++, number++) {
      const from = out * row + blockIndex * INT4_BLOCK * step;
      let furthest = 0;
      for (let i = 0; i < INT4_BLOCK; i++) {
        const value = (block[i] = x[from + i * step]!);
        if (Math.abs(value) > Math.abs(furthest)) furthest = value;
      }
      const scale = furthest === 0 ? 0 : bestScale(block, furthest / -8);
      scales[number] = scale;
      const by = scale === 0 ? 0 : 1 / scale;
      const place = (number * INT4_BLOCK) / 2;
      for (let i = 0; i < INT4_BLOCK; i++) codes[place + (i >> 1)]! |= codeOf(block[i]! * by) << (i % 2 === 0 ? 0 : 4);
    }
  return { codes, scales };
}
/** Dequantises to numbers, in the weight's layout. */
export function dequantizeInt4({ codes, scales }: Int4Codes, p: ProductWeightShape): Float32Array {
  const x = new Float32Array(p.in * p.out);
  const [step, row] = p.turned ? [1, p.in] : [p.out, 1];
  for (let out = 0, index = 0; out < p.out; out++)
    for (let i = 0; i < p.in; i++, index++) {
      const both = codes[index >> 1]!;
      const code = index % 2 === 0 ? both & 15 : both >> 4;
      x[out * row + i * step] = (code - 8) * scales[Math.floor(index / INT4_BLOCK)]!;
    }
  return x;
}
function codeOf(x: number): number {
  const code = Math.round(x) + 8;
  return code < 0 ? 0 : code > 15 ? 15 : code;
}
function bestScale(block: Float32Array, most: number): number {
  let [best, least] = [most, Infinity];
  for (const share of SHARES) {
    const scale = Math.fround(most * share);
    const by = 1 / scale;
    let error = 0;
    for (let i = 0; i < INT4_BLOCK; i++) {
      const gap = block[i]! - (codeOf(block[i]! * by) - 8) * scale;
      error += gap * gap;
    }
    if (error < least) [best, least] = [scale, error];
  }
  return best;
}

/** Integer format of a matrix. `turned`: stored as [out, in]. */
export type RoundingForm =
  | { readonly as: "int8"; readonly lines: "rows" | "columns"; readonly most: number }
  | { readonly as: "int4"; readonly turned: boolean };
export interface RoundedMatrix {
  readonly how: RoundingForm;
  readonly shape: readonly [number, number];
  readonly codes: Int8Array | Uint8Array;
  readonly scales: Float32Array;
}
/** Rounds a matrix; throws `round-not-finite`. */
export function roundMatrix(x: Float32Array, shape: readonly [number, number], how: RoundingForm): RoundedMatrix {
  if (!x.every(Number.isFinite)) throw new CodedError("round-not-finite", {});
  if (how.as === "int4") return { how, shape, ...quantizeToInt4(x, productWeightShapeOf(how, shape)) };
  const lines = { rows: shape[0], columns: shape[1], byRow: how.lines === "rows", most: how.most };
  const scales = lineScales(x, lines);
  return { how, shape, scales, codes: roundLinesToCodes(x, scales, lines) };
}
export function dequantizeMatrix({ how, shape, codes, scales }: RoundedMatrix): Float32Array {
  if (how.as === "int4")
    return dequantizeInt4({ codes: codes as Uint8Array, scales }, productWeightShapeOf(how, shape));
  return dequantizeLines(codes as Int8Array, scales, {
    rows: shape[0],
    columns: shape[1],
    byRow: how.lines === "rows",
  });
}
/** Outputs and inputs of a product's weight. */
export function productWeightShapeOf(
  { turned }: { readonly turned: boolean },
  [first, second]: readonly [number, number],
): ProductWeightShape {
  return turned ? { out: first, in: second, turned } : { out: second, in: first, turned };
}
