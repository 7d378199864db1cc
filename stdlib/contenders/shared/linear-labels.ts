/** Linear models of labels: one of several, or each by itself. */
import { fitLogistic, linearOutputs, fitSoftmax, type RowWeights, type LinearWeights } from "./tfidf/linear.js";
import type { SparseRows } from "./tfidf/sparse.js";

/** A linear model over numbers of rows: what it says of one as a model's head says it. */
export interface LinearModel {
  readonly bytes: number;
  /** `logistic regression`. */
  readonly what: string;
  predict(rows: SparseRows, row: number): Float32Array;
}

/** That of one label of several. */
export interface SingleLabelModel extends LinearModel {
  /** Of each label its weights by column, and what is added to all rows; null: no row that was learnt has it. */
  readonly parts: readonly ({ readonly weights: Float64Array; readonly added: number } | null)[];
  /** How likely a label is that no row has. */
  readonly rare: number;
}

/** Regularisation and class weights of a linear model. */
export interface LinearModelSetting {
  /** scikit-learn's C: the greater, the less it is held. */
  readonly c: number;
  /** `balanced`: every label counts alike, as by scikit-learn's `class_weight`; a record: a number for each label. */
  readonly weigh: "none" | "balanced" | Readonly<Record<string, number>>;
}
export interface LinearFitOptions {
  readonly signal?: AbortSignal | undefined;
  /** Absent: C = 1, and every row counts once. */
  readonly setting?: LinearModelSetting | undefined;
  /** Length of the gradient at which the fit ends. */
  readonly tolerance?: number | undefined;
}

/** What each row counts; undefined: 1. `truth`: the number of each row's label, of `count`. */
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

/** Logit of a label that no row has (−) or that all have, of several for a row: nothing tells it. */
const SURELY = Math.log(1e9);

/** One label of several. Those that no row has are never said, and are as likely as what one row of all has. */
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

/** Of two labels one model says how much more the second is likely than the first. */
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

/** Each label by itself, one against the rest. */
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

/** ln of the sum of their exponentials. */
function logNormed(logits: ArrayLike<number>): number {
  const all = Array.from(logits);
  const most = Math.max(...all);
  return most + Math.log(all.reduce((sum, one) => sum + Math.exp(one - most), 0));
}
