/** What a client of a secret sum adds to it: all that it sends, times what it weighs, as one vector; its rows stand last. */
import { must } from "#dsl/diagnostics/must.js";
import type { RoundAnswer } from "./contract.js";

/**
 * Greatest value of an update beside which one is none. A weight that moves by more in a round has run away, and a wider range
 * would cost digits of all others.
 */
export const GREATEST = 16;

/** `names`: of what it gives beside its update, in order. `rows`: what it weighs. */
export function vectorOf(
  { delta, given }: Pick<RoundAnswer, "delta" | "given">,
  names: readonly string[],
  rows: number,
): Float64Array {
  const all = [delta, ...names.map((name) => must(given[name], `what is given as ${name}`))];
  const vector = new Float64Array(delta.length * all.length + 1);
  for (const [i, one] of all.entries())
    for (const [at, value] of one.entries()) vector[i * delta.length + at] = rows * value;
  vector[vector.length - 1] = rows;
  return vector;
}
