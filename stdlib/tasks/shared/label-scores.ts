/** Scores of single-label predictions for rows or words. */
import { CodedError, mustGet } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { LabelMetricInput, MetricImplementation } from "../../metrics/kind.js";
import type { PredictedRows, AnswerFrequency, ConstantBaseline, CountsOfLabel, SupervisionRows } from "../kind.js";
import { labelCounts } from "../../metrics/shared/counts.js";
import { argmax } from "../../statistics/argmax.js";
import { scoreWhereProbabilitiesKnown, softmaxInto } from "../../statistics/probabilities.js";

/** Stands for a prediction without a label. */
const NONE = -1;

/** `outputs`: logits of each row. Infinite logits decide a label without a probability; NaN means no label. */
export function labelMetricInput(
  { labels, thresholds }: Pick<PredictedRows, "labels" | "thresholds">,
  truth: Int32Array,
  outputs: readonly Float32Array[],
): LabelMetricInput {
  const n = labels.length;
  const probabilities = new Float32Array(outputs.length * n);
  const predicted = Int32Array.from(outputs, (logits, row) => {
    const rowProbabilities = probabilities.subarray(row * n, (row + 1) * n);
    softmaxInto(logits, rowProbabilities);
    if (Number.isNaN(logits[0])) return NONE;
    return Number.isFinite(logits[0]) ? decideLabel({ labels, thresholds }, logits, rowProbabilities) : argmax(logits);
  });
  return { labels, truth, predicted, probabilities };
}

/**
 * Returns the label of a row: the most likely one. With two labels and a fitted threshold, the one whose threshold is
 * reached, else the other.
 */
export function decideLabel(
  { labels, thresholds }: Pick<PredictedRows, "labels" | "thresholds">,
  logits: Float32Array,
  shares: Float32Array,
): number {
  const fitted = thresholds ? labels.findIndex((label) => Object.hasOwn(thresholds, label)) : -1;
  if (!thresholds || fitted < 0 || labels.length !== 2) return argmax(logits);
  return shares[fitted]! >= thresholds[labels[fitted]!]! ? fitted : 1 - fitted;
}

/** Mean cross-entropy in nats, and accuracy. */
export function labelLossAndAccuracy({ labels, truth, predicted, probabilities }: LabelMetricInput): {
  loss: number;
  accuracy: number;
} {
  let [loss, right] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    loss -= Math.log(Math.max(probabilities[i * labels.length + truth[i]!]!, 1e-38));
    if (truth[i] === predicted[i]) right += 1;
  }
  return { loss: loss / truth.length, accuracy: right / truth.length };
}

export function confusionMatrix({ labels, truth, predicted }: LabelMetricInput): readonly (readonly number[])[] {
  const matrix = labels.map(() => labels.map(() => 0));
  truth.forEach((t, i) => {
    const row = matrix[t]!;
    const predictedLabel = predicted[i]!;
    if (predictedLabel !== NONE) row[predictedLabel]! += 1;
  });
  return matrix;
}

/** Returns the wrongly labelled rows, the most confident first. */
export function labelMistakes({ labels, truth, predicted, probabilities }: LabelMetricInput) {
  return Array.from(truth, (right, row) => ({ at: row, right, said: predicted[row]! }))
    .filter((r) => r.right !== r.said)
    .map((r) => ({
      at: r.at,
      truth: labels[r.right]!,
      predicted: labels[r.said] ?? "no label",
      by: probabilities[r.at * labels.length + r.said] ?? Number.NaN,
    }))
    .sort((a, b) => b.by - a.by);
}

export function scoreLabelsWithMetric(metric: MetricImplementation, call: Call, input: LabelMetricInput): number {
  return scoreWhereProbabilitiesKnown(input, (scoredInput) => metric.compute?.(call, scoredInput) ?? Number.NaN);
}

/**
 * Returns a function from label to number. `rowLabels`: the label or labels of each row. Error `label-not-trained`
 * lists all labels that the model does not know.
 */
export function labelNumbering(
  { labels, names, model }: Pick<SupervisionRows, "labels" | "names" | "model">,
  rowLabels: Iterable<string | readonly string[]>,
): (label: string) => number {
  const numbers = new Map(labels.map((label, i) => [label, i]));
  const unknown = new Set<string>();
  let [first, row] = [-1, 0];
  for (const labelsOfRow of rowLabels) {
    for (const label of typeof labelsOfRow === "string" ? [labelsOfRow] : labelsOfRow) {
      if (numbers.has(label)) continue;
      if (first < 0) first = row;
      unknown.add(label);
    }
    row++;
  }
  if (first >= 0)
    throw new CodedError("label-not-trained", { labels: [...unknown], row: names[first]!, model, has: labels });
  return (label) => mustGet(numbers, label, "label");
}

export function labelCountsOf(input: LabelMetricInput): readonly CountsOfLabel[] {
  return labelCounts(input).map((count, l) => ({ label: input.labels[l]!, ...count }));
}

/** Returns the most frequently predicted label; undefined without rows. */
export function commonestPrediction(counted: readonly CountsOfLabel[], all: number): AnswerFrequency | undefined {
  const [most] = [...counted].sort((a, b) => b.given - a.given);
  return most && all > 0 ? { answer: `“${most.label}”`, given: most.given / all, right: most.have / all } : undefined;
}

/**
 * The prediction of scikit-learn's DummyClassifier (`prior`): the most frequent label, with the label frequencies as
 * probabilities. `times`: number of predictions per row.
 */
export function commonestLabelBaseline(
  labels: readonly string[],
  found: Iterable<string>,
  times: (...parameters: Parameters<ConstantBaseline["predict"]>) => number = () => 1,
): ConstantBaseline | null {
  const labelTotals = new Map(labels.map((label) => [label, 0]));
  let all = 0;
  for (const label of found) {
    const before = labelTotals.get(label);
    if (before === undefined) continue;
    labelTotals.set(label, before + 1);
    all++;
  }
  if (all === 0) return null;
  // A label that never occurs counts as if it occurred once: a finite sample can't show that it is impossible.
  const counts = labels.map((label) => mustGet(labelTotals, label, "label") || 1);
  const sum = counts.reduce((a, b) => a + b, 0);
  const logits = Float32Array.from(counts, (count) => Math.log(count / sum));
  return {
    name: `always “${labels[argmax(logits)]!}”`,
    predict(rows, row) {
      const output = new Float32Array(times(rows, row) * logits.length);
      for (let offset = 0; offset < output.length; offset += logits.length) output.set(logits, offset);
      return output;
    },
  };
}
