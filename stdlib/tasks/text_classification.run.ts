/** Labels of complete texts, with the head of the family's ...ForSequenceClassification. */
import type { AnswerDecoder, Supervision, TaskImplementation, TrainingTargets } from "./kind.js";
import { singleText } from "../row-formats/single-text.js";
import { classWeights, hasClassWeights } from "./shared/class-weights.js";
import { float32NDArray, int32NDArray } from "./shared/feeds.js";
import { lossSettingsOf } from "./shared/loss-settings.js";
import { MEAN_HEAD_PATH, meanFeatures, usesMeanPooling } from "./shared/mean-head.js";
import { labelsResampler, resamplingOf, metricResampleScorer } from "../metrics/shared/resampled-outcomes.js";
import {
  commonestLabelBaseline,
  commonestPrediction,
  confusionMatrix,
  labelCountsOf,
  decideLabel,
  labelMetricInput,
  scoreLabelsWithMetric,
  labelMistakes,
  labelNumbering,
  labelLossAndAccuracy,
} from "./shared/label-scores.js";
import { percentText, softmaxInto } from "../statistics/probabilities.js";

export interface LabelPrediction {
  readonly text: string;
  readonly label: string;
  /** Probability of `label`. */
  readonly probability: number;
  readonly probabilities: Readonly<Record<string, number>>;
}
interface TaughtLabels extends TrainingTargets {
  readonly truth: Int32Array;
}

/** Returns one label number per row. `weights`: loss weight per label; null for 1. */
export function labelTargets(truth: Int32Array, weights: Float32Array | null = null): TaughtLabels {
  const weighed = weights && { weights: float32NDArray(weights, [weights.length]) };
  return {
    truth,
    oneRight: truth,
    counts: ({ rows }) =>
      weights ? Array.from(rows).reduce((sum, row) => sum + weights[truth[row]!]!, 0) : rows.length,
    feeds: (batch) => ({
      labels: int32NDArray(
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
    ...(about && hasClassWeights(about.call) && { weights: { dtype: "f32", shape: [labels] } }),
  }),
  teach(rows) {
    const values = rows.values("label");
    if (!values) return null;
    const labels = Array.from(values, String);
    const truth = Int32Array.from(labels, labelNumbering(rows, labels));
    return labelTargets(truth, hasClassWeights(rows.call) ? classWeights(rows.call, rows.labels, truth) : null);
  },
};

const answers: AnswerDecoder<TaughtLabels, LabelPrediction> = {
  score(outputs, { truth }, rows) {
    const input = labelMetricInput(rows, truth, outputs);
    const draw = labelsResampler(input);
    const byLabel = labelCountsOf(input);
    const commonest = commonestPrediction(byLabel, truth.length);
    return {
      metrics: labelLossAndAccuracy(input),
      measure: (metric, call) => scoreLabelsWithMetric(metric, call, input),
      resampling: (metric, call) =>
        resamplingOf(truth.length, metricResampleScorer(metric, call, "compute", input, draw), { single: true }),
      byLabel: { of: ["row", "rows"], head: "label", rows: byLabel },
      ...(commonest && { commonest }),
      labels: rows.labels,
      confusion: confusionMatrix(input),
      mistakesBy: "probability",
      mistakes: (most) =>
        labelMistakes(input)
          .slice(0, most)
          .map(({ at: index, ...mistake }) => ({ row: index, ...mistake })),
      outcome: { kind: "label", input },
    };
  },
  constant: ({ labels, values }) => commonestLabelBaseline(labels, Array.from(values("label") ?? [], String)),
  predictions: (outputs, texts, { labels, thresholds }) =>
    outputs.map((logits, i) => {
      const shares = new Float32Array(labels.length);
      softmaxInto(logits, shares);
      const best = decideLabel({ labels, thresholds }, logits, shares);
      return {
        text: texts[i]!,
        label: labels[best]!,
        probability: shares[best]!,
        probabilities: Object.fromEntries(labels.map((label, l) => [label, shares[l]!])),
      };
    }),
  answer: ({ label }) => label,
  columns: ["label", "probability"],
  cells: ({ label, probability }) => [label, percentText(probability)],
};

export const textClassification: TaskImplementation = {
  supervision,
  headPaths: "sentence",
  ownHead: (call) => (usesMeanPooling(call) ? [MEAN_HEAD_PATH] : null),
  oneLabel: true,
  head(layers, body, options) {
    const features = usesMeanPooling(options.call) ? meanFeatures(body, options) : null;
    const logits = features
      ? layers.linear(MEAN_HEAD_PATH, layers.dropout("dropout", features, options.dropout), {
          in: options.hidden,
          out: options.labels,
        })
      : options.sentence(options.labels);
    return {
      ...(features && { features: () => features }),
      logits: () => logits,
      probabilities: () => logits.softmax(),
      loss: ({ labels, weights, each }, reduction) =>
        logits.crossEntropy(labels, { ...lossSettingsOf(options.call), reduction, weights, each }),
      plain: ({ labels }, reduction) => logits.crossEntropy(labels, { reduction }),
    };
  },
  answers: answers as AnswerDecoder,
};
