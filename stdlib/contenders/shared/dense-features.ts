/**
 * Vectors as a linear model learns them. Each number has mean 0 and spread 1 over the rows that are learnt from and a vector
 * about length `scale`, so that the penalty ½|w|² of the linear model holds it the less the greater that is: it is chosen by
 * what is said of every fifth row by a model of the others.
 */
import { must } from "#dsl/language/diagnostics/must.js";
import type { SparseRows } from "./tfidf/sparse.js";
import type { LinearModel } from "./linear-labels.js";
import { fitLinearModel, type LinearModelContext } from "./linear-model.js";
import type { ValuesOfRole } from "./training-rows.js";

/** Rows that are learnt from; of more, so many at equal distances. */
export const MAX_TRAINING_ROWS = 10_000;
const SCALES = [1, 4, 16] as const;
/** Where fewer rows are learnt from, what is said of a fifth of them decides nothing. */
const ENOUGH = 50;
const USUAL = 4;
const HELD = 5;

/** How vectors were made so: (x − mean) · share, number by number. */
export interface Standardization {
  readonly mean: Float64Array;
  readonly share: Float64Array;
  standard(one: Float64Array): Float64Array;
}

/** Gives each number mean 0 and spread 1 / √numbers; what is the same in all rows says nothing. */
export function fitStandardization(features: readonly Float64Array[]): Standardization {
  const width = must(features[0], "a row").length;
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

export async function fitFeatureScale(
  given: LinearModelContext,
  rows: readonly Float64Array[],
  truth: ValuesOfRole,
): Promise<number> {
  if (rows.length < ENOUGH) return USUAL;
  const isHeld = (i: number): boolean => i % HELD === 0;
  const [learnt, heldOut] = [rows.filter((_, i) => !isHeld(i)), rows.filter((_, i) => isHeld(i))];
  const valuesFor =
    (wanted: boolean): ValuesOfRole =>
    (role) =>
      truth(role)?.filter((_, i) => isHeld(i) === wanted) ?? null;
  let best: { readonly scale: number; readonly loss: number } | null = null;
  for (const scale of SCALES) {
    const model = await fitLinearModel(given, denseToSparseRows(learnt, scale), valuesFor(false));
    const loss = lossOf(given, model, denseToSparseRows(heldOut, scale), valuesFor(true));
    if (!best || loss < best.loss) best = { scale, loss };
  }
  return must(best, "a scale").scale;
}

/** Sum of what rows cost: −ln of the right label's share, of each label's yes or no, or the squared error of a number. */
function lossOf({ labels }: LinearModelContext, model: LinearModel, rows: SparseRows, truth: ValuesOfRole): number {
  const [label, sets, score] = [truth("label"), truth("labels"), truth("score")];
  let sum = 0;
  for (let row = 0; row < rows.count; row++) {
    const outputs = model.predict(rows, row);
    if (label) sum += logSum(outputs) - (outputs[labels.indexOf(String(label[row]))] ?? 0);
    else if (sets)
      outputs.forEach((logit, l) => {
        const is = (sets[row] as readonly string[]).includes(must(labels[l], "a label"));
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
