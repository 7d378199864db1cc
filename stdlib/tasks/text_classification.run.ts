/** Labels of whole texts, by the head of the family's ...ForSequenceClassification. */
import type { Answers, Supervision, TaskImplementation, Taught } from "./kind.js";
import { singleText } from "../row-formats/single-text.js";
import { classWeights, weighs } from "./shared/class-weights.js";
import { real, whole } from "./shared/feeds.js";
import { lossSettings } from "./shared/loss-settings.js";
import { MEAN_HEAD, meanFeatures, poolsMean } from "./shared/mean-head.js";
import { drawnLabels, resampling, samplerOf } from "../metrics/shared/resampled-outcomes.js";
import {
  commonestLabel,
  commonestOf,
  confusionOf,
  countsByLabel,
  decided,
  labelled,
  measured,
  mistaken,
  numbering,
  told,
} from "./shared/label-scores.js";
import { percent, softmaxInto } from "../statistics/probabilities.js";

export interface LabelPrediction {
  readonly text: string;
  readonly label: string;
  /** Of `label`. */
  readonly probability: number;
  readonly probabilities: Readonly<Record<string, number>>;
}
interface TaughtLabels extends Taught {
  readonly truth: Int32Array;
}

/** A number for each row. `weights`: what a row of each label counts in the loss; null: one, whatever its label. */
export function taughtLabels(truth: Int32Array, weights: Float32Array | null = null): TaughtLabels {
  const weighed = weights && { weights: real(weights, [weights.length]) };
  return {
    truth,
    oneRight: truth,
    counts: ({ rows }) =>
      weights ? Array.from(rows).reduce((sum, row) => sum + weights[truth[row]!]!, 0) : rows.length,
    feeds: (batch) => ({
      labels: whole(
        Int32Array.from(batch.rows, (row) => truth[row]!),
        [batch.rows.length],
      ),
      ...weighed,
    }),
  };
}

const supervision: Supervision = {
  rowFormat: singleText,
  inputs: (labels, about) => ({
    labels: { dtype: "i32", shape: ["batch"] },
    ...(about && weighs(about.call) && { weights: { dtype: "f32", shape: [labels] } }),
  }),
  teach(rows) {
    const values = rows.values("label");
    if (!values) return null;
    const labels = Array.from(values, String);
    const truth = Int32Array.from(labels, numbering(rows, labels));
    return taughtLabels(truth, weighs(rows.call) ? classWeights(rows.call, rows.labels, truth) : null);
  },
};

const answers: Answers<TaughtLabels, LabelPrediction> = {
  score(said, { truth }, rows) {
    const input = labelled(rows, truth, said);
    const draw = drawnLabels(input);
    const byLabel = countsByLabel(input);
    const commonest = commonestOf(byLabel, truth.length);
    return {
      told: told(input),
      measure: (metric, call) => measured(metric, call, input),
      resampling: (metric, call) =>
        resampling(truth.length, samplerOf(metric, call, "compute", input, draw), { single: true }),
      byLabel: { of: ["row", "rows"], head: "label", rows: byLabel },
      ...(commonest && { commonest }),
      labels: rows.labels,
      confusion: confusionOf(input),
      mistakesBy: "probability",
      mistakes: (most) =>
        mistaken(input)
          .slice(0, most)
          .map(({ at, ...mistake }) => ({ row: at, ...mistake })),
      outcome: { of: "label", input },
    };
  },
  constant: ({ labels, values }) => commonestLabel(labels, Array.from(values("label") ?? [], String)),
  predictions: (said, texts, { labels, thresholds }) =>
    said.map((logits, i) => {
      const shares = new Float32Array(labels.length);
      softmaxInto(logits, shares);
      const best = decided({ labels, thresholds }, logits, shares);
      return {
        text: texts[i]!,
        label: labels[best]!,
        probability: shares[best]!,
        probabilities: Object.fromEntries(labels.map((label, l) => [label, shares[l]!])),
      };
    }),
  answer: ({ label }) => label,
  columns: ["label", "probability"],
  cells: ({ label, probability }) => [label, percent(probability)],
};

export const textClassification: TaskImplementation = {
  supervision,
  headPaths: "sentence",
  ownHead: (call) => (poolsMean(call) ? [MEAN_HEAD] : null),
  oneLabel: true,
  head(layers, body, o) {
    const features = poolsMean(o.call) ? meanFeatures(body, o) : null;
    const logits = features
      ? layers.linear(MEAN_HEAD, layers.dropout("dropout", features, o.dropout), { in: o.hidden, out: o.labels })
      : o.sentence(o.labels);
    return {
      ...(features && { features: () => features }),
      logits: () => logits,
      probabilities: () => logits.softmax(),
      loss: ({ labels, weights, each }, reduction) =>
        logits.crossEntropy(labels, { ...lossSettings(o.call), reduction, weights, each }),
      plain: ({ labels }, reduction) => logits.crossEntropy(labels, { reduction }),
    };
  },
  answers: answers as Answers,
};
