/** Linear classifiers: for one label per row, or for each label independently. */
import { fitLogistic, linearOutputs, fitSoftmax, type RowWeights, type LinearWeights } from "./tfidf/linear.js";
import type { SparseRows } from "./tfidf/sparse.js";

/** A linear model over feature rows, with outputs in the form of a model head's. */
export interface LinearModel {
  readonly bytes: number;
  /** `logistic regression`. */
  readonly what: string;
  predict(rows: SparseRows, row: number): Float32Array;
}

/** Linear classifier for one label per row. */
export interface SingleLabelModel extends LinearModel {
  /** Weights by column and bias of each label; null for a label without training rows. */
  readonly parts: readonly ({ readonly weights: Float64Array; readonly added: number } | null)[];
  /** Predicted probability of each label without training rows. */
  readonly rare: number;
}

/** Regularisation and class weights of a linear model. */
export interface LinearModelSetting {
  /** scikit-learn's C, the inverse of the regularization strength. */
  readonly c: number;
  /**
   * `balanced`: every label has the same total weight, as with scikit-learn's `class_weight`; a record: the weight of
   * each label.
   */
  readonly weigh: "none" | "balanced" | Readonly<Record<string, number>>;
}
export interface LinearFitOptions {
  readonly signal?: AbortSignal | undefined;
  /** Defaults to C = 1 and a weight of 1 for each row. */
  readonly setting?: LinearModelSetting | undefined;
  /** Gradient norm at which the fit ends. */
  readonly tolerance?: number | undefined;
}

/** Returns the weight of each row; undefined means 1. `truth`: the label index of each row, below `count`. */
function countsOf(
  truth: ArrayLike<number>,
  count: number,
  nameOf: (label: number) => string,
  setting: LinearModelSetting | undefined,
): RowWeights {
  if (!setting || (setting.c === 1 && setting.weigh === "none")) return undefined;
  const { c, weigh } = setting;
  const have = new Float64Array(count);
  for (let row = 0; row < truth.length; row++) have[truth[row]!]! += 1;
  const labelCounts = have.map((rows, label) => {
    if (weigh === "none") return c;
    if (weigh === "balanced") return (c * truth.length) / (count * Math.max(1, rows));
    const name = nameOf(label);
    return c * (Object.hasOwn(weigh, name) ? weigh[name]! : 1);
  });
  return Float64Array.from(truth, (label) => labelCounts[label]!);
}

/**
 * Absolute logit of a label that no training row has (negative) or that all have, for several labels per row: the rows
 * give no evidence.
 */
const SURELY = Math.log(1e9);

/**
 * Fits a classifier for one label per row. Labels without training rows are never predicted; their probability is that
 * of a label with one of all rows.
 */
export async function fitSingleLabelModel(
  rows: SparseRows,
  found: readonly string[],
  labels: readonly string[],
  options: LinearFitOptions = {},
): Promise<SingleLabelModel> {
  const numbers = new Map(labels.map((label, l) => [label, l]));
  const present = labels.flatMap((label, l) => (found.includes(label) ? [l] : []));
  const place = new Map(present.map((label, i) => [label, i]));
  const truth = Int32Array.from(found, (label) => place.get(numbers.get(label) ?? -1) ?? 0);
  const counts = countsOf(truth, present.length, (place) => labels[present[place]!]!, options.setting);
  const how = { signal: options.signal, counts, tolerance: options.tolerance };
  const model: LinearWeights =
    present.length === 2 ? await fitLogistic(rows, truth, how) : await fitSoftmax(rows, truth, present.length, how);
  const buffer = new Float64Array(model.outputs);
  const rare = 1 / (found.length + labels.length - present.length);
  return {
    what: "logistic regression",
    bytes: model.weights.byteLength,
    rare,
    parts: partsOf(model, { columns: rows.columns, present, labels: labels.length }),
    predict(sparseRows, row) {
      linearOutputs(model, sparseRows, row, buffer);
      const logits = present.length === 2 ? [0, buffer[0]!] : buffer;
      const all = new Float32Array(labels.length).fill(Math.log(rare));
      const least = logNormed(logits) - Math.log(1 - rare * (labels.length - present.length));
      present.forEach((label, i) => (all[label] = logits[i]! - least));
      return all;
    },
  };
}

/** Returns the weights per label. For two labels, a single model gives the log-odds of the second one. */
function partsOf(
  { weights, outputs }: LinearWeights,
  {
    columns,
    present,
    labels,
  }: { readonly columns: number; readonly present: readonly number[]; readonly labels: number },
): SingleLabelModel["parts"] {
  const parts: SingleLabelModel["parts"][number][] = Array.from({ length: labels }, () => null);
  const binary = present.length === 2;
  present.forEach((label, i) => {
    const outputIndex = binary ? 0 : i;
    const sign = Number(!binary || i === 1);
    parts[label] = {
      weights: Float64Array.from({ length: columns }, (_, j) => sign * weights[j * outputs + outputIndex]!),
      added: sign * weights[columns * outputs + outputIndex]!,
    };
  });
  return parts;
}

/** Fits one binary classifier per label. */
export async function fitLabelSetModel(
  rows: SparseRows,
  sets: readonly (readonly string[])[],
  labels: readonly string[],
  options: LinearFitOptions = {},
): Promise<LinearModel> {
  const models: (LinearWeights | number)[] = [];
  for (const label of labels) {
    const is = Uint8Array.from(sets, (set) => Number(set.includes(label)));
    const have = is.reduce((sum, one) => sum + one, 0);
    if (have === 0 || have === is.length) models.push(have === 0 ? -SURELY : SURELY);
    else {
      const counts = countsOf(is, 2, (yes) => (yes === 1 ? label : ""), options.setting);
      models.push(await fitLogistic(rows, is, { signal: options.signal, counts, tolerance: options.tolerance }));
    }
  }
  const buffer = new Float64Array(1);
  return {
    what: "a logistic regression of each label",
    bytes: models.reduce<number>((sum, one) => sum + (typeof one === "number" ? 8 : one.weights.byteLength), 0),
    predict: (sparseRows, row) =>
      Float32Array.from(models, (model) => {
        if (typeof model === "number") return model;
        linearOutputs(model, sparseRows, row, buffer);
        return buffer[0]!;
      }),
  };
}

/** Returns the log of the sum of the exponentials. */
function logNormed(logits: ArrayLike<number>): number {
  const all = Array.from(logits);
  const most = Math.max(...all);
  return most + Math.log(all.reduce((sum, one) => sum + Math.exp(one - most), 0));
}
