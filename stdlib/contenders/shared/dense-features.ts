/**
 * Prepares dense vectors for a linear model. Each feature gets mean 0 over the training rows, with a spread at which a
 * vector has a length of about `scale`. The greater the scale, the weaker the model's penalty ½|w|². The scale is
 * chosen on every fifth row, with a model fitted on the other rows.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { SparseRows } from "./tfidf/sparse.js";
import type { LinearModel } from "./linear-labels.js";
import { fitLinearModel, type LinearModelContext } from "./linear-model.js";
import type { RoleValuesLookup } from "./training-rows.js";

/** Maximum number of training rows; of more rows, every n-th is taken. */
export const MAX_TRAINING_ROWS = 10_000;
const SCALES = [1, 4, 16] as const;
/** Below this many rows, a fifth of them is too few to choose the scale. */
const ENOUGH = 50;
const USUAL = 4;
const HELD = 5;

/** Standardizes a vector: (x − mean) · share, per feature. */
export interface Standardization {
  readonly mean: Float64Array;
  readonly share: Float64Array;
  standard(one: Float64Array): Float64Array;
}

/** Scales each feature to mean 0 and spread 1 / √features; features that are constant over all rows become 0. */
export function fitStandardization(features: readonly Float64Array[]): Standardization {
  const width = mustExist(features[0], "a row").length;
  const [mean, spread] = [new Float64Array(width), new Float64Array(width)];
  for (const one of features) for (let j = 0; j < width; j++) mean[j]! += one[j]! / features.length;
  for (const one of features) for (let j = 0; j < width; j++) spread[j]! += (one[j]! - mean[j]!) ** 2 / features.length;
  const share = spread.map((square) => (square > 1e-12 ? 1 / Math.sqrt(square * width) : 0));
  return { mean, share, standard: (one) => one.map((x, j) => (x - mean[j]!) * share[j]!) };
}

export function denseToSparseRows(rows: readonly Float64Array[], scale: number): SparseRows {
  const columns = rows[0]?.length ?? 0;
  const [columnIndexes, values] = [new Uint32Array(rows.length * columns), new Float64Array(rows.length * columns)];
  rows.forEach((row, i) => {
    for (let j = 0; j < columns; j++) {
      columnIndexes[i * columns + j] = j;
      values[i * columns + j] = scale * row[j]!;
    }
  });
  const starts = Uint32Array.from({ length: rows.length + 1 }, (_, i) => i * columns);
  return { count: rows.length, columns, starts, columnIndexes, values };
}

export async function chooseFeatureScale(
  given: LinearModelContext,
  rows: readonly Float64Array[],
  truth: RoleValuesLookup,
): Promise<number> {
  if (rows.length < ENOUGH) return USUAL;
  const isHeld = (i: number): boolean => i % HELD === 0;
  const [learnt, heldOut] = [rows.filter((_, i) => !isHeld(i)), rows.filter((_, i) => isHeld(i))];
  const valuesFor =
    (wanted: boolean): RoleValuesLookup =>
    (role) =>
      truth(role)?.filter((_, i) => isHeld(i) === wanted) ?? null;
  let best: { readonly scale: number; readonly loss: number } | null = null;
  for (const scale of SCALES) {
    const model = await fitLinearModel(given, denseToSparseRows(learnt, scale), valuesFor(false));
    const loss = lossOf(given, model, denseToSparseRows(heldOut, scale), valuesFor(true));
    if (!best || loss < best.loss) best = { scale, loss };
  }
  return mustExist(best, "a scale").scale;
}

/**
 * Returns the summed loss: cross-entropy of the label, binary cross-entropy of each label of a set, or squared error of
 * a number.
 */
function lossOf({ labels }: LinearModelContext, model: LinearModel, rows: SparseRows, truth: RoleValuesLookup): number {
  const [label, sets, score] = [truth("label"), truth("labels"), truth("score")];
  let sum = 0;
  for (let row = 0; row < rows.count; row++) {
    const outputs = model.predict(rows, row);
    if (label) sum += logSum(outputs) - (outputs[labels.indexOf(String(label[row]))] ?? 0);
    else if (sets)
      outputs.forEach((logit, l) => {
        const is = (sets[row] as readonly string[]).includes(mustExist(labels[l], "a label"));
        sum += Math.log1p(Math.exp(-Math.abs(logit))) + Math.max(0, is ? -logit : logit);
      });
    else sum += (outputs[0]! - Number(score?.[row])) ** 2;
  }
  return sum;
}
function logSum(logits: Float32Array): number {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  return most + Math.log(logits.reduce((sum, one) => sum + Math.exp(one - most), 0));
}
