/** Correlation of two columns of numbers: Pearson's correlation, and ranks with ties at their mean. */
import type { NumberMetricInput } from "../kind.js";
import { countDraws } from "./ranked-decisions.js";
import { numberText } from "../../text/numbers.js";

/** Returns Pearson's correlation; NaN if either column is constant, as in scipy. */
export function correlation(a: Float64Array, b: Float64Array): number {
  // Rounding can make the mean of equal numbers differ from them, so a constant column would seem to vary.
  if (a.length < 2 || isConstant(a) || isConstant(b)) return Number.NaN;
  const [x, y] = [centeredValues(a), centeredValues(b)];
  let r = 0;
  for (let i = 0; i < a.length; i++) r += (x.values[i]! / x.norm) * (y.values[i]! / y.norm);
  return Math.max(-1, Math.min(1, r));
}

export function uncorrelatedReason(_call: unknown, { truth, predicted }: NumberMetricInput): string | null {
  if (truth.length === 1) return "a single row has no correlation";
  if (isConstant(truth)) return `every row has the score ${numberText(truth[0]!)}`;
  return isConstant(predicted) ? `the prediction is ${numberText(predicted[0]!)} for every row` : null;
}
export const isConstant = (values: Float64Array): boolean => values.every((value) => value === values[0]);

/**
 * Returns the values minus their mean, and the norm of that vector. Scales by a unit near the greatest value, so that
 * no sum or square overflows or underflows.
 */
export function centeredValues(values: Float64Array): {
  readonly values: Float64Array;
  readonly norm: number;
  readonly unit: number;
} {
  const great = unitOf(values);
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) sum += values[i]! / great;
  const mean = sum / values.length;
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = (values[i]! / great - mean) * great;
  const unit = unitOf(out);
  for (let i = 0; i < values.length; i++) squares += (out[i]! / unit) ** 2;
  return { values: out, norm: unit * Math.sqrt(squares), unit };
}
/** Returns a power of two, so that scaling causes no rounding. */
function unitOf(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!));
  return most > 0 ? 2 ** Math.floor(Math.log2(most)) : 1;
}

/** Returns a function for the ranks within a drawn sample; the values are sorted only once. */
export function drawnSampleRanker(values: Float64Array): (drawn: Uint32Array) => Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  return (drawn) => {
    const times = countDraws(drawn, values.length);
    const rank = new Float64Array(values.length);
    for (let index = 0, before = 0; index < order.length;) {
      let [end, level] = [index, 0];
      while (end < order.length && values[order[end]!] === values[order[index]!]) level += times[order[end++]!]!;
      for (let i = index; i < end; i++) rank[order[i]!] = before + (level + 1) / 2;
      before += level;
      index = end;
    }
    const out = new Float64Array(drawn.length);
    for (let i = 0; i < drawn.length; i++) out[i] = rank[drawn[i]!]!;
    return out;
  };
}

/** Returns ranks from 1; ties get the mean of their ranks. */
export function ranksOf(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const out = new Float64Array(values.length);
  for (let index = 0; index < order.length;) {
    let end = index;
    while (end < order.length && values[order[end]!] === values[order[index]!]) end++;
    for (let i = index; i < end; i++) out[order[i]!] = (index + 1 + end) / 2;
    index = end;
  }
  return out;
}
