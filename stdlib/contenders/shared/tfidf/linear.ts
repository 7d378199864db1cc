/**
 * Linear models over sparse rows: softmax regression, logistic regression and ridge regression. Each minimizes the
 * summed losses plus the penalty ½|w|²; the bias has no penalty. They equal scikit-learn's LogisticRegression and
 * Ridge, with outputs within 1e-3. `counts`: the weight of each row's loss. A constant weight is scikit-learn's C (1 /
 * alpha of Ridge); with class weights it is C times `class_weight`.
 */
import { condenseColumns } from "./condensed-columns.js";
import { minimizeLbfgs } from "./lbfgs.js";
import type { SparseRows } from "./sparse.js";

/**
 * Gradient norm at which a fit ends. Rows have length 1, so the error of an output is at most the error of the weights,
 * and that is at most the gradient norm.
 */
const TOLERANCE = 3e-4;

/** Weights by column, then the bias: [(columns + 1) × outputs]. */
export interface LinearWeights {
  readonly weights: Float64Array;
  readonly outputs: number;
  /** Multiplier of the bias. Defaults to 1. */
  readonly last?: number;
}

/** Writes the outputs of a row into `out` [outputs]. */
export function linearOutputs(
  { weights, outputs, last = 1 }: LinearWeights,
  rows: SparseRows,
  row: number,
  out: Float64Array,
): void {
  const added = rows.columns * outputs;
  for (let k = 0; k < outputs; k++) out[k] = last * weights[added + k]!;
  for (let i = rows.starts[row]!; i < rows.starts[row + 1]!; i++) {
    const [value, offset] = [rows.values[i]!, rows.columnIndexes[i]! * outputs];
    for (let k = 0; k < outputs; k++) out[k]! += value * weights[offset + k]!;
  }
}

/** Returns the loss of a row from its scores [outputs], and overwrites the scores with the gradient. */
type Loss = (row: number, rowScores: Float64Array) => number;
export interface LinearFitSettings {
  readonly signal?: AbortSignal | undefined;
  readonly counts?: RowWeights;
  /** Gradient norm at which the fit ends. Defaults to one that changes no prediction noticeably. */
  readonly tolerance?: number | undefined;
}
/** Weight per row, above 0. Defaults to 1 each. */
export type RowWeights = Float64Array | undefined;

/**
 * Fits the weights. `bends`: the approximate maximum of the loss's second derivative. Each weight is scaled by its
 * curvature, because frequent words would otherwise slow the fit of all others.
 */
async function fitted(
  all: SparseRows,
  outputs: number,
  { loss, bends }: { readonly loss: Loss; readonly bends: number },
  { counts, signal, tolerance = TOLERANCE }: LinearFitSettings,
): Promise<LinearWeights> {
  const { rows, whole } = condenseColumns(all);
  const scales = scalesOf(rows, bends, counts);
  const added = rows.columns * outputs;
  const rowScores = new Float64Array(outputs);
  const scaled: SparseRows = {
    ...rows,
    values: rows.values.map((value, i) => value * scales[rows.columnIndexes[i]!]!),
  };
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
      linearOutputs(now, scaled, row, rowScores);
      const count = counts?.[row] ?? 1;
      sum += count * loss(row, rowScores);
      if (counts) for (let k = 0; k < outputs; k++) rowScores[k]! *= count;
      for (let i = scaled.starts[row]!; i < scaled.starts[row + 1]!; i++) {
        const [value, offset] = [scaled.values[i]!, scaled.columnIndexes[i]! * outputs];
        for (let k = 0; k < outputs; k++) gradient[offset + k]! += value * rowScores[k]!;
      }
      for (let k = 0; k < outputs; k++) gradient[added + k]! += last * rowScores[k]!;
    }
    return sum;
  };
  const x = new Float64Array(added + outputs);
  await minimizeLbfgs(x, objective, { tolerance, signal });
  for (let i = 0; i < x.length; i++) x[i]! *= scales[Math.floor(i / outputs)]!;
  return { weights: whole(x, outputs), outputs };
}

/** Returns the scale of each column, and of the bias. */
function scalesOf(
  { columns, starts, columnIndexes, values, count }: SparseRows,
  bends: number,
  counts?: RowWeights,
): Float64Array {
  const squares = new Float64Array(columns + 1);
  for (let row = 0; row < count; row++) {
    const rowWeight = counts?.[row] ?? 1;
    for (let i = starts[row]!; i < starts[row + 1]!; i++) squares[columnIndexes[i]!]! += rowWeight * values[i]! ** 2;
    squares[columns]! += rowWeight;
  }
  return squares.map((sum, column) => 1 / Math.sqrt(Number(column < columns) + bends * sum || 1));
}

/** Fits softmax regression over `count` labels; `labels`: the label index of each row. */
export function fitSoftmax(
  rows: SparseRows,
  labels: ArrayLike<number>,
  count: number,
  options: LinearFitSettings = {},
): Promise<LinearWeights> {
  const loss: Loss = (row, rowScores) => {
    const label = labels[row]!;
    const most = rowScores.reduce((a, b) => Math.max(a, b), -Infinity);
    const right = rowScores[label]!;
    let sum = 0;
    for (let k = 0; k < count; k++) sum += rowScores[k] = Math.exp(rowScores[k]! - most);
    for (let k = 0; k < count; k++) rowScores[k]! /= sum;
    rowScores[label]! -= 1;
    return Math.log(sum) + most - right;
  };
  return fitted(rows, count, { loss, bends: (1 / count) * (1 - 1 / count) }, options);
}

/** Fits logistic regression; `is` has 1 for yes, 0 for no. */
export function fitLogistic(
  rows: SparseRows,
  is: ArrayLike<number>,
  options: LinearFitSettings = {},
): Promise<LinearWeights> {
  const loss: Loss = (row, rowScores) => {
    const score = rowScores[0]!;
    rowScores[0] = 1 / (1 + Math.exp(-score)) - is[row]!;
    return Math.max(score, 0) - score * is[row]! + Math.log1p(Math.exp(-Math.abs(score)));
  };
  return fitted(rows, 1, { loss, bends: 0.25 }, options);
}

/** Fits ridge regression on the number scaled to mean 0 and spread 1; its predictions have the original scale. */
export async function fitRidge(
  rows: SparseRows,
  numbers: ArrayLike<number>,
  options: LinearFitSettings = {},
): Promise<LinearWeights> {
  const all = Float64Array.from(numbers);
  const mean = all.reduce((sum, one) => sum + one, 0) / Math.max(1, all.length);
  const spread = Math.sqrt(all.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, all.length)) || 1;
  const loss: Loss = (row, rowScores) => {
    const off = rowScores[0]! - (all[row]! - mean) / spread;
    rowScores[0] = off;
    return (off * off) / 2;
  };
  const { weights } = await fitted(rows, 1, { loss, bends: 1 }, options);
  const rescaled = weights.map((weight) => weight * spread);
  rescaled[rescaled.length - 1]! += mean;
  return { weights: rescaled, outputs: 1 };
}
