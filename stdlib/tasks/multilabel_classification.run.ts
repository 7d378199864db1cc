/** One logit per label; a text's loss is the mean binary cross-entropy over the labels. */
import { binaryCrossEntropies, reduceRowLosses } from "#dsl/tensor/losses.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { AnswerDecoder, PredictedRows, AnswerFrequency, TaskImplementation, TrainingTargets } from "./kind.js";
import { singleText } from "../row-formats/single-text.js";
import type { LabelSetMetricInput } from "../metrics/kind.js";
import { labelSetsResampler, resamplingOf, metricResampleScorer } from "../metrics/shared/resampled-outcomes.js";
import { float32NDArray } from "./shared/feeds.js";
import { lossSettingsOf } from "./shared/loss-settings.js";
import { positiveWeights, hasPositiveWeights } from "./shared/positive-weights.js";
import { labelCountsOfSets } from "../metrics/shared/counts.js";
import { labelNumbering } from "./shared/label-scores.js";
import { scoreWhereProbabilitiesKnown, percentText } from "../statistics/probabilities.js";
import { word } from "./multilabel_classification.js";

export interface LabelsPrediction {
  readonly text: string;
  /** In the order of the model's labels. */
  readonly labels: readonly string[];
  readonly probabilities: Readonly<Record<string, number>>;
}
interface TaughtSets extends TrainingTargets {
  /** rows × labels, row-major. */
  readonly truth: Uint8Array;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const threshold = (call: Call): number => argumentsWithDefaults(word, call).threshold;
/** Threshold of each label: fitted, or the task's. */
function leasts({
  call,
  labels,
  thresholds,
}: Pick<PredictedRows, "call" | "labels" | "thresholds">): readonly number[] {
  return labels.map((label) => (thresholds && Object.hasOwn(thresholds, label) ? thresholds[label]! : threshold(call)));
}

function outcome(
  outputs: readonly Float32Array[],
  truth: Uint8Array,
  labels: readonly string[],
  least: readonly number[],
) {
  const n = labels.length;
  const probabilities = new Float32Array(outputs.length * n);
  outputs.forEach((logits, row) => logits.forEach((x, l) => (probabilities[row * n + l] = sigmoid(x))));
  const predicted = Uint8Array.from(probabilities, (p, index) => (p >= least[index % n]! ? 1 : 0));
  // Infinite logits decide a label without a probability.
  if (outputs.some((logits) => !Number.isFinite(logits[0]))) probabilities.fill(Number.NaN);
  return { labels, truth, predicted, probabilities } satisfies LabelSetMetricInput;
}

/** Mean over texts and labels; softplus prevents overflow. */
function lossOf(outputs: readonly Float32Array[], truth: Uint8Array, n: number): number {
  let sum = 0;
  outputs.forEach((logits, row) =>
    logits.forEach((x, l) => {
      sum += Math.max(x, 0) - x * truth[row * n + l]! + Math.log1p(Math.exp(-Math.abs(x)));
    }),
  );
  return sum / (outputs.length * n);
}

const named = (always: readonly string[]): string => `always “${always.join(", ")}”`;
/** A logit beyond any threshold. */
const SURE = 30;

function givenAlways(labels: readonly string[], given: ReadonlySet<string>, name: string) {
  const logits = Float32Array.from(labels, (label) => (given.has(label) ? SURE : -SURE));
  return { name: given.size === labels.length ? `always ${name}` : name, predict: () => logits };
}
/** Returns the label set with the best micro F1: the most frequent labels, as many as improve it. */
function commonestGiven(labels: readonly string[], shares: readonly number[]) {
  const order = labels.map((_, l) => l).sort((a, b) => shares[b]! - shares[a]!);
  const total = shares.reduce((a, b) => a + b, 0);
  let [hit, best, most] = [0, 0, 0];
  order.forEach((l, i) => {
    hit += shares[l]!;
    const f1 = (2 * hit) / (i + 1 + total);
    if (f1 > best) [best, most] = [f1, i + 1];
  });
  const given = labels.filter((_, l) => order.slice(0, most).includes(l));
  return most === labels.length
    ? givenAlways(labels, new Set(given), "every label")
    : givenAlways(labels, new Set(given), named(given));
}

const answers: AnswerDecoder<TaughtSets, LabelsPrediction> = {
  score(outputs, { truth }, rows) {
    const { labels } = rows;
    const n = labels.length;
    const input = outcome(outputs, truth, labels, leasts(rows));
    const { predicted, probabilities } = input;
    const draw = labelSetsResampler(input);
    const commonest = commonestSet(input);
    const labelsOf = (sets: Uint8Array, row: number): string =>
      labels.filter((_, l) => sets[row * n + l] === 1).join(", ") || "none";
    const wrong = outputs.flatMap((_, row) => {
      const off = labels.flatMap((_, l) => {
        const index = row * n + l;
        return truth[index] === predicted[index] ? [] : [Math.abs(probabilities[index]! - truth[index]!)];
      });
      return off.length > 0 ? [{ row, by: Math.max(...off) }] : [];
    });
    return {
      metrics: { loss: lossOf(outputs, truth, n), accuracy: 1 - wrong.length / outputs.length },
      measure: (metric, metricCall) =>
        scoreWhereProbabilitiesKnown(
          input,
          (scoredInput) => metric.ofLabelSets?.(metricCall, scoredInput) ?? Number.NaN,
        ),
      resampling: (metric, metricCall) =>
        resamplingOf(outputs.length, metricResampleScorer(metric, metricCall, "ofLabelSets", input, draw), {
          single: true,
        }),
      byLabel: {
        of: ["row", "rows"],
        head: "label",
        rows: labelCountsOfSets(input).map((count, l) => ({ label: labels[l]!, ...count })),
      },
      ...(commonest && { commonest }),
      labels,
      confusion: [],
      mistakesBy: "probability",
      mistakes: (most) =>
        wrong
          .sort((a, b) => b.by - a.by)
          .slice(0, most)
          .map(({ row, by }) => ({ row, by, truth: labelsOf(truth, row), predicted: labelsOf(predicted, row) })),
      notes: rows.thresholds ? [] : atOtherThresholds(input),
      outcome: { kind: "label_set", input, least: threshold(rows.call) },
    };
  },
  /** Each label's probability is its frequency. A label rarer than the threshold is therefore not predicted. */
  constant({ labels, values, call }) {
    const sets = Array.from((values("labels") ?? []) as Iterable<readonly string[]>);
    if (sets.length === 0) return null;
    const shares = labels.map((label) => sets.filter((set) => set.includes(label)).length / sets.length);
    const always = labels.filter((_, l) => shares[l]! >= threshold(call));
    const logits = Float32Array.from(shares, (p) => Math.log(Math.max(p, 1e-9) / Math.max(1 - p, 1e-9)));
    const others = {
      "all labels": givenAlways(labels, new Set(labels), "every label"),
      "commonest labels": commonestGiven(labels, shares),
    };
    return { name: always.length === 0 ? "never a label" : named(always), predict: () => logits, others };
  },
  predictions(outputs, texts, rows) {
    const { labels } = rows;
    const least = leasts(rows);
    return outputs.map((logits, i) => {
      const shares = Float32Array.from(logits, sigmoid);
      return {
        text: texts[i]!,
        labels: labels.filter((_, l) => shares[l]! >= least[l]!),
        probabilities: Object.fromEntries(labels.map((label, l) => [label, shares[l]!])),
      };
    });
  },
  answer: ({ labels }) => labels.join(", "),
  columns: ["labels", "probabilities"],
  cells: ({ labels, probabilities }) => [
    labels.join(", ") || "none",
    labels.map((label) => percentText(probabilities[label]!)).join(", "),
  ],
};

/** Returns the most frequently predicted label set. */
function commonestSet({ labels, truth, predicted }: LabelSetMetricInput): AnswerFrequency | undefined {
  const n = labels.length;
  const rows = truth.length / n;
  const key = (sets: Uint8Array, row: number): string => sets.subarray(row * n, (row + 1) * n).join("");
  const given = new Map<string, number>();
  for (let row = 0; row < rows; row++) given.set(key(predicted, row), (given.get(key(predicted, row)) ?? 0) + 1);
  const [most] = [...given].sort(([, a], [, b]) => b - a);
  if (!most) return undefined;
  let right = 0;
  for (let row = 0; row < rows; row++) if (key(truth, row) === most[0]) right++;
  const names = labels.filter((_, l) => most[0][l] === "1").join(", ");
  return { answer: names ? `“${names}”` : "no label", given: most[1] / rows, right: right / rows };
}

/** Reports the threshold with the best micro F1 on these rows. */
function atOtherThresholds({ truth, probabilities }: LabelSetMetricInput): readonly string[] {
  if (Number.isNaN(probabilities[0])) return [];
  const order = Uint32Array.from(truth, (_, index) => index).sort((a, b) => probabilities[b]! - probabilities[a]!);
  const have = truth.reduce((sum, t) => sum + t, 0);
  let [hit, best] = [0, { score: 0, least: 0.5 }];
  order.forEach((index, i) => {
    hit += truth[index]!;
    const least = probabilities[index]!;
    // Equal probabilities are on the same side of a threshold.
    if (i + 1 < order.length && probabilities[order[i + 1]!] === least) return;
    const score = (2 * hit) / (i + 1 + have);
    if (score > best.score) best = { score, least };
  });
  if (best.score === 0) return [];
  return [`f1(micro) is best on these rows, ${best.score.toFixed(4)}, at \`threshold: ${shown(best.least)}\``];
}
/** Rounded down, so that the probability itself still passes. */
function shown(least: number): string {
  return String(Math.max(1e-4, Math.floor(least * 1e4) / 1e4));
}

export const multilabelClassification: TaskImplementation = {
  supervision: {
    rowFormat: singleText,
    inputs: (labels, about) => ({
      labels: { dtype: "f32", shape: ["batch", labels] },
      ...(about && hasPositiveWeights(about.call) && { weights: { dtype: "f32", shape: [labels] } }),
    }),
    teach(rows) {
      const values = rows.values("labels");
      if (!values) return null;
      const sets = Array.from(values as Iterable<readonly string[]>);
      const number = labelNumbering(rows, sets);
      const n = rows.labels.length;
      const truth = new Uint8Array(rows.count * n);
      sets.forEach((labels, row) => {
        for (const label of labels) truth[row * n + number(label)] = 1;
      });
      const weights = hasPositiveWeights(rows.call) ? positiveWeights(rows.call, rows.labels, truth) : null;
      const taught: TaughtSets = {
        truth,
        severalRight: truth,
        counts: (batch) => batch.rows.length,
        feeds(batch) {
          const labels = new Float32Array(batch.rows.length * n);
          Array.from(batch.rows).forEach((row, index) => labels.set(truth.subarray(row * n, (row + 1) * n), index * n));
          return {
            labels: float32NDArray(labels, [batch.rows.length, n]),
            ...(weights && { weights: float32NDArray(weights, [n]) }),
          };
        },
      };
      return taught;
    },
  },
  headPaths: "sentence",
  head(_layers, _body, options) {
    const logits = options.sentence(options.labels);
    return {
      logits: () => logits,
      probabilities: () => logits.sigmoid(),
      loss({ labels, weights, each }, reduction) {
        const settings = { positive: weights, focal: lossSettingsOf(options.call).focal };
        return reduceRowLosses(binaryCrossEntropies(logits, labels, settings).mean([1]), reduction, each);
      },
      plain: ({ labels }, reduction) => reduceRowLosses(binaryCrossEntropies(logits, labels, {}).mean([1]), reduction),
    };
  },
  answers: answers as AnswerDecoder,
};
