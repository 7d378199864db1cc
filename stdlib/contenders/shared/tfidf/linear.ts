/**
 * Linear models over sparse rows, each with the penalty ½|w|² beside the sum of its losses and none on what is added to all
 * rows: logistic regression of one label of several (softmax), of yes and no, and ridge regression. These are scikit-learn's
 * LogisticRegression and Ridge, as far down as makes no difference of 1e-3 in what is said. `counts`: the weight of each row's
 * loss. A constant weight is scikit-learn's C (1 / alpha of Ridge); with class weights it is C times `class_weight`.
 */
import { condensed } from "./condensed-columns.js";
import { minimise } from "./lbfgs.js";
import type { SparseRows } from "./sparse.js";

/** A row has length 1, so what is said of it is no further off than its weights are, and these no further than the slope is long. */
const TOLERANCE = 3e-4;

/** Weights by column, and at the end what is added to all rows: [(columns + 1) × outputs]. */
export interface Linear {
  readonly weights: Float64Array;
  readonly outputs: number;
  /** What the last of them counts; absent: 1. */
  readonly last?: number;
}

/** What is said of a row, into `out` [outputs]. */
export function said({ weights, outputs, last = 1 }: Linear, rows: SparseRows, row: number, out: Float64Array): void {
  const added = rows.columns * outputs;
  for (let k = 0; k < outputs; k++) out[k] = last * weights[added + k]!;
  for (let i = rows.starts[row]!; i < rows.starts[row + 1]!; i++) {
    const [value, at] = [rows.values[i]!, rows.at[i]! * outputs];
    for (let k = 0; k < outputs; k++) out[k]! += value * weights[at + k]!;
  }
}

/** The loss of a row from what is said of it [outputs]; its slope by each goes into the same place. */
type Loss = (row: number, said: Float64Array) => number;
export interface FitOptions {
  readonly signal?: AbortSignal | undefined;
  readonly counts?: Counts;
  /** Length of the gradient at which the fit ends; absent: as far down as makes no difference. */
  readonly tolerance?: number | undefined;
}
/** By row, above 0; absent: 1 each. */
export type Counts = Float64Array | undefined;

/**
 * `bends`: how much a loss bends at most, or about. Each weight is fitted as so many times what rows bend it by, or the common
 * words would keep all others waiting.
 */
async function fitted(
  all: SparseRows,
  outputs: number,
  { loss, bends }: { readonly loss: Loss; readonly bends: number },
  { counts, signal, tolerance = TOLERANCE }: FitOptions,
): Promise<Linear> {
  const { rows, whole } = condensed(all);
  const scales = scalesOf(rows, bends, counts);
  const added = rows.columns * outputs;
  const own = new Float64Array(outputs);
  const scaled: SparseRows = { ...rows, values: rows.values.map((value, i) => value * scales[rows.at[i]!]!) };
  const last = scales[rows.columns]!;
  const objective = (x: Float64Array, gradient: Float64Array): number => {
    let penalty = 0;
    for (let column = 0, i = 0; column < rows.columns; column++) {
      const share = scales[column]! ** 2;
      for (let k = 0; k < outputs; k++, i++) {
        gradient[i] = share * x[i]!;
        penalty += share * x[i]! * x[i]!;
      }
    }
    gradient.fill(0, added);
    let sum = penalty / 2;
    const now = { weights: x, outputs, last };
    for (let row = 0; row < rows.count; row++) {
      said(now, scaled, row, own);
      const count = counts?.[row] ?? 1;
      sum += count * loss(row, own);
      if (counts) for (let k = 0; k < outputs; k++) own[k]! *= count;
      for (let i = scaled.starts[row]!; i < scaled.starts[row + 1]!; i++) {
        const [value, at] = [scaled.values[i]!, scaled.at[i]! * outputs];
        for (let k = 0; k < outputs; k++) gradient[at + k]! += value * own[k]!;
      }
      for (let k = 0; k < outputs; k++) gradient[added + k]! += last * own[k]!;
    }
    return sum;
  };
  const x = new Float64Array(added + outputs);
  await minimise(x, objective, { tolerance, signal });
  for (let i = 0; i < x.length; i++) x[i]! *= scales[Math.floor(i / outputs)]!;
  return { weights: whole(x, outputs), outputs };
}

/** Of each column, and of what is added to all rows. */
function scalesOf({ columns, starts, at, values, count }: SparseRows, bends: number, counts?: Counts): Float64Array {
  const squares = new Float64Array(columns + 1);
  for (let row = 0; row < count; row++) {
    const own = counts?.[row] ?? 1;
    for (let i = starts[row]!; i < starts[row + 1]!; i++) squares[at[i]!]! += own * values[i]! ** 2;
    squares[columns]! += own;
  }
  return squares.map((sum, column) => 1 / Math.sqrt(Number(column < columns) + bends * sum || 1));
}

/** One label of `count`; `labels`: the number of each row's. */
export function softmaxFitted(
  rows: SparseRows,
  labels: ArrayLike<number>,
  count: number,
  o: FitOptions = {},
): Promise<Linear> {
  const loss: Loss = (row, own) => {
    const label = labels[row]!;
    const most = own.reduce((a, b) => Math.max(a, b), -Infinity);
    const right = own[label]!;
    let sum = 0;
    for (let k = 0; k < count; k++) sum += own[k] = Math.exp(own[k]! - most);
    for (let k = 0; k < count; k++) own[k]! /= sum;
    own[label]! -= 1;
    return Math.log(sum) + most - right;
  };
  return fitted(rows, count, { loss, bends: (1 / count) * (1 - 1 / count) }, o);
}

/** Yes (1) or no (0). */
export function logisticFitted(rows: SparseRows, is: ArrayLike<number>, o: FitOptions = {}): Promise<Linear> {
  const loss: Loss = (row, own) => {
    const score = own[0]!;
    own[0] = 1 / (1 + Math.exp(-score)) - is[row]!;
    return Math.max(score, 0) - score * is[row]! + Math.log1p(Math.exp(-Math.abs(score)));
  };
  return fitted(rows, 1, { loss, bends: 0.25 }, o);
}

/** A number: learnt with mean 0 and spread 1, and told as it was. */
export async function ridgeFitted(rows: SparseRows, numbers: ArrayLike<number>, o: FitOptions = {}): Promise<Linear> {
  const all = Float64Array.from(numbers);
  const mean = all.reduce((sum, one) => sum + one, 0) / Math.max(1, all.length);
  const spread = Math.sqrt(all.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, all.length)) || 1;
  const loss: Loss = (row, own) => {
    const off = own[0]! - (all[row]! - mean) / spread;
    own[0] = off;
    return (off * off) / 2;
  };
  const { weights } = await fitted(rows, 1, { loss, bends: 1 }, o);
  const told = weights.map((weight) => weight * spread);
  told[told.length - 1]! += mean;
  return { weights: told, outputs: 1 };
}
