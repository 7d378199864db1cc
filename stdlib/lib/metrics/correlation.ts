/** How two columns of numbers go together: Pearson's correlation, and ranks of which ties share the mean. */
import type { NumberMetricInput } from "../../kinds/metric.js";
import { timesOf } from "./ranked.js";
import { shown } from "../tasks/numbers.js";

/** NaN where either column does not vary, as scipy says. */
export function correlation(a: Float64Array, b: Float64Array): number {
  const [x, y] = [centred(a), centred(b)];
  if (a.length < 2 || x.norm === 0 || y.norm === 0) return Number.NaN;
  let r = 0;
  for (let i = 0; i < a.length; i++) r += (x.values[i]! / x.norm) * (y.values[i]! / y.norm);
  return Math.max(-1, Math.min(1, r));
}

export function whyUncorrelated(_call: unknown, { truth, predicted }: NumberMetricInput): string | null {
  if (truth.length === 1) return "one row goes together with nothing";
  if (constant(truth)) return `every row has the score ${shown(truth[0]!)}`;
  return constant(predicted) ? `the model says ${shown(predicted[0]!)} of every row` : null;
}
const constant = (values: Float64Array): boolean => values.every((value) => value === values[0]);

function centred(values: Float64Array): { readonly values: Float64Array; readonly norm: number } {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const mean = sum / values.length;
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) squares += (out[i] = values[i]! - mean) ** 2;
  return { values: out, norm: Math.sqrt(squares) };
}

/** The ranks of values that are drawn among themselves; all values are put in order once. */
export function ranksOfDrawn(values: Float64Array): (drawn: Uint32Array) => Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  return (drawn) => {
    const times = timesOf(drawn, values.length);
    const rank = new Float64Array(values.length);
    for (let at = 0, before = 0; at < order.length;) {
      let [end, level] = [at, 0];
      while (end < order.length && values[order[end]!] === values[order[at]!]) level += times[order[end++]!]!;
      for (let i = at; i < end; i++) rank[order[i]!] = before + (level + 1) / 2;
      before += level;
      at = end;
    }
    const out = new Float64Array(drawn.length);
    for (let i = 0; i < drawn.length; i++) out[i] = rank[drawn[i]!]!;
    return out;
  };
}

/** From 1; equal values get the mean of their ranks. */
export function ranks(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const out = new Float64Array(values.length);
  for (let at = 0; at < order.length;) {
    let end = at;
    while (end < order.length && values[order[end]!] === values[order[at]!]) end++;
    for (let i = at; i < end; i++) out[order[i]!] = (at + 1 + end) / 2;
    at = end;
  }
  return out;
}
