/**
 * A client's contribution to a secure sum: everything it sends, times its weight, as one vector; its row count is last.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { RoundAnswer } from "./contract.js";
import { roundingErrorOf, fixedPointFor, type WordBits } from "./secure/fixed-point.js";

/**
 * Maximum absolute value of an update. A weight that moves by more in a round has diverged, and a wider range would
 * cost all others precision.
 */
const GREATEST = 16;

/** Maximum rounding error of a mean: half of the last digit of a weight near 1. */
const COARSEST = 2 ** -24;

export interface SecureSumNumberFormat {
  /** Maximum absolute value in a vector. */
  readonly range: number;
  readonly bits: WordBits;
}

/**
 * Chooses the width by the rows of the requested clients: 32-bit numbers if the mean then has the precision of a
 * weight, else 64. `clip`: the norm that updates are clipped to, all with equal weight; rounding errors would add to
 * that norm. Null without clipping.
 */
export function secureSumNumberFormatOf(rows: readonly number[], clip: number | null): SecureSumNumberFormat {
  if (clip !== null) return { range: Math.max(1, clip), bits: 64 };
  const range = GREATEST * Math.max(1, ...rows);
  const all = Math.max(
    1,
    rows.reduce((sum, one) => sum + one, 0),
  );
  const coarse = roundingErrorOf(fixedPointFor(range, Math.max(1, rows.length), 32), rows.length) / all;
  return { range, bits: coarse > COARSEST ? 64 : 32 };
}

/** `names`: the additional vectors, in order. `rows`: the client's weight. */
export function weightedContribution(
  { delta, given }: Pick<RoundAnswer, "delta" | "given">,
  names: readonly string[],
  rows: number,
): Float64Array {
  const all = [delta, ...names.map((name) => mustExist(given[name], `the value of ${name}`))];
  const vector = new Float64Array(delta.length * all.length + 1);
  for (const [i, one] of all.entries())
    for (const [index, value] of one.entries()) vector[i * delta.length + index] = rows * value;
  vector[vector.length - 1] = rows;
  return vector;
}
