/** What a client of a secret sum adds to it: all that it sends, times what it weighs, as one vector; its rows stand last. */
import { must } from "#dsl/language/diagnostics/must.js";
import type { RoundAnswer } from "./contract.js";
import { roundingErrorOf, fixedPointFor, type WordBits } from "./secure/fixed-point.js";

/**
 * Greatest value of an update beside which one is none. A weight that moves by more in a round has run away, and a wider range
 * would cost digits of all others.
 */
const GREATEST = 16;

/** What rounding may change of a mean: half of the last digit of a weight near 1. */
const COARSEST = 2 ** -24;

/** Whole numbers that vectors of a round are sent as. */
export interface FixedPointWidth {
  /** Greatest absolute value of a vector. */
  readonly range: number;
  readonly bits: WordBits;
}

/**
 * By the rows of those who are asked: numbers of 32 bits where the mean loses nothing by them that a weight has, else of 64.
 * `clip`: the length that updates are cut to, all of which weigh the same; digits that rounding adds would add to it. Null: none is.
 */
export function fixedPointWidthOf(rows: readonly number[], clip: number | null): FixedPointWidth {
  if (clip !== null) return { range: Math.max(1, clip), bits: 64 };
  const range = GREATEST * Math.max(1, ...rows);
  const all = Math.max(
    1,
    rows.reduce((sum, one) => sum + one, 0),
  );
  const coarse = roundingErrorOf(fixedPointFor(range, Math.max(1, rows.length), 32), rows.length) / all;
  return { range, bits: coarse > COARSEST ? 64 : 32 };
}

/** `names`: of what it gives beside its update, in order. `rows`: what it weighs. */
export function summedVectorOf(
  { delta, given }: Pick<RoundAnswer, "delta" | "given">,
  names: readonly string[],
  rows: number,
): Float64Array {
  const all = [delta, ...names.map((name) => must(given[name], `what is given as ${name}`))];
  const vector = new Float64Array(delta.length * all.length + 1);
  for (const [i, one] of all.entries())
    for (const [index, value] of one.entries()) vector[i * delta.length + index] = rows * value;
  vector[vector.length - 1] = rows;
  return vector;
}
