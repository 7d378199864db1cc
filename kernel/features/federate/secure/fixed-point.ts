/**
 * Fixed-point numbers that wrap around, and the conversion of their sum back to floats. The scale follows from the
 * declared range and the maximum number of clients, so that no sum of values in range wraps. Rounding is to the nearest
 * integer.
 *
 * A word is 32 bits (one element of a Uint32Array), or 64 (two elements, the lower one first). Of 64 bits 52 are used,
 * so that a float64 represents each value and their sum exactly.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";

export type WordBits = 32 | 64;

export interface FixedPointFormat {
  readonly bits: WordBits;
  /** Multiplier of a value. */
  readonly scale: number;
  readonly range: number;
}

const TWO_32 = 2 ** 32;

/** `range`: maximum absolute value of one client; `clients`: maximum number of summed clients. */
export function fixedPointFor(range: number, clients: number, bits: WordBits): FixedPointFormat {
  // The maximum integer per client: the sum of `clients` of them stays below half of the range.
  const most = Math.floor((2 ** (bits === 32 ? 31 : 52) - 1) / clients);
  const scale = most / range;
  if (!(range > 0) || !Number.isFinite(scale) || scale === 0 || most < 1)
    throw new CodedError("secure-fixed", { range, clients, bits });
  return { bits, scale, range };
}

/** Maximum rounding error per element of the sum of so many clients. */
export function roundingErrorOf(fixed: FixedPointFormat, clients: number): number {
  return (clients * 0.5) / fixed.scale;
}

/** Elements of a Uint32Array for so many values. */
export function wordCountOf(values: number, bits: WordBits): number {
  return bits === 32 ? values : 2 * values;
}

/** Throws `secure-range` for a value that is out of range or not finite. */
export function toFixedPoint(values: Float64Array | Float32Array, fixed: FixedPointFormat): Uint32Array {
  const { bits, scale, range } = fixed;
  const words = new Uint32Array(wordCountOf(values.length, bits));
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(Math.abs(value) <= range)) throw new CodedError("secure-range", { range, place: i });
    const whole = Math.round(value * scale);
    if (bits === 32) words[i] = whole;
    else {
      words[2 * i] = whole;
      words[2 * i + 1] = Math.floor(whole / TWO_32);
    }
  }
  return words;
}

export function fromFixedPoint(words: Uint32Array, fixed: FixedPointFormat): Float64Array {
  const { bits, scale } = fixed;
  const values = new Float64Array(bits === 32 ? words.length : words.length / 2);
  for (let i = 0; i < values.length; i++)
    values[i] = (bits === 32 ? words[i]! | 0 : (words[2 * i + 1]! | 0) * TWO_32 + words[2 * i]!) / scale;
  return values;
}

/** Adds or subtracts each word of `more`, modulo 2³² or 2⁶⁴. */
export function addWords(sum: Uint32Array, more: Uint32Array, sign: 1 | -1, bits: WordBits, from = 0): void {
  if (bits === 64) return addPairs(sum, more, sign, from);
  if (sign === 1) for (let i = 0; i < more.length; i++) sum[from + i]! += more[i]!;
  else for (let i = 0; i < more.length; i++) sum[from + i]! -= more[i]!;
}

function addPairs(sum: Uint32Array, more: Uint32Array, sign: 1 | -1, from: number): void {
  if (sign === 1)
    for (let i = 0; i < more.length; i += 2) {
      const low = (sum[from + i]! + more[i]!) >>> 0;
      sum[from + i] = low;
      sum[from + i + 1]! += more[i + 1]! + (low < more[i]! ? 1 : 0);
    }
  else
    for (let i = 0; i < more.length; i += 2) {
      const before = sum[from + i]!;
      sum[from + i] = before - more[i]!;
      sum[from + i + 1]! -= more[i + 1]! + (before < more[i]! ? 1 : 0);
    }
}
