/** How two columns of numbers go together: Pearson's correlation, and ranks of which ties share the mean. */
import type { NumberMetricInput } from "../kind.js";
import { drawCounts } from "./ranked-decisions.js";
import { numberText } from "../../text/numbers.js";

/** NaN where either column does not vary, as scipy says. */
export function correlation(a: Float64Array, b: Float64Array): number {
  // The mean of numbers that are all the same need not be that number, so what is left would seem to vary.
  if (a.length < 2 || isConstant(a) || isConstant(b)) return Number.NaN;
  const [x, y] = [centeredValues(a), centeredValues(b)];
  let r = 0;
  for (let i = 0; i < a.length; i++) r += (x.values[i]! / x.norm) * (y.values[i]! / y.norm);
  return Math.max(-1, Math.min(1, r));
}

export function uncorrelatedReason(_call: unknown, { truth, predicted }: NumberMetricInput): string | null {
  if (truth.length === 1) return "one row goes together with nothing";
  if (isConstant(truth)) return `every row has the score ${numberText(truth[0]!)}`;
  return isConstant(predicted) ? `the model says ${numberText(predicted[0]!)} of every row` : null;
}
export const isConstant = (values: Float64Array): boolean => values.every((value) => value === values[0]);

/**
 * What is left of values less their mean, and how long that is; in units near their greatest, so that no sum or square is too
 * great or too small.
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
/** A power of two, by which nothing is rounded. */
function unitOf(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!));
  return most > 0 ? 2 ** Math.floor(Math.log2(most)) : 1;
}

/** The ranks of values that are drawn among themselves; all values are put in order once. */
export function drawRanks(values: Float64Array): (drawn: Uint32Array) => Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  return (drawn) => {
    const times = drawCounts(drawn, values.length);
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

/** From 1; equal values get the mean of their ranks. */
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
