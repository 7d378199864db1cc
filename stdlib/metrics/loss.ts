import { defineWord } from "#dsl/language/types/define.js";
import type { LabelSetMetricInput, MetricImplementation, LabelMetricInput } from "./kind.js";
import { probabilityEpsilon } from "./shared/likelihood.js";
import { rowSumsSampler, rowMeansOf, scoreOfAllRows, type RowSums } from "./shared/row-sums.js";
import { meanSquaredErrorOf } from "./mean_squared_error.js";

export const word = defineWord({
  kind: "metric",
  name: "loss",
  doc: "The loss that training minimises: the mean cross-entropy in nats of the true label or token, of each of several labels, of an answer's first and last token, or a score's mean squared error. Probabilities are limited as in `log_loss`, except a model's own probabilities of a single label, which go down to 1e-38.",
  example: "metrics: [loss]",
  capabilities: {
    better: "less",
    isTrainingLoss: true,
    ofLoss: true,
    besideLoss: true,
    outcomes: ["label", "next_token", "number", "label_set", "similarity", "pair", "ranking", "answer"],
  },
  parameters: [],

  load: () => Promise.resolve(loss),
});

/**
 * Mean of −ln p(truth), or squared error for numbers. Probabilities are clipped like in `log_loss`, so that the mean
 * stays finite. Only a model's probabilities of one label, which are exact for small values, go down to the least f32.
 */
export const loss: MetricImplementation = {
  compute: (_call, input) => scoreOfAllRows(labelLoss(input)),
  ofNumbers: (_call, input) => meanSquaredErrorOf(input),
  ofLabelSets: (_call, input) => scoreOfAllRows(ofSets(input)),
  ofTokens: (_call, { loss: nats }) => nats,
  ofLoss: (_call, value) => value,
  ofAnswers: (_call, { loss: nats }) => nats,
  samplers: {
    compute: (_call, input) => rowSumsSampler(labelLoss(input)),
    ofLabelSets: (_call, input) => rowSumsSampler(ofSets(input)),
  },
};

export function labelLoss({ truth, probabilities, labels }: LabelMetricInput): RowSums {
  const least = probabilities instanceof Float64Array ? probabilityEpsilon(probabilities) : 1e-38;
  return rowMeansOf(truth.length, (row) => nats(probabilities[row * labels.length + truth[row]!]!, least));
}

function ofSets({ truth, probabilities, labels }: LabelSetMetricInput): RowSums {
  const n = labels.length;
  const least = probabilityEpsilon(probabilities);
  return rowMeansOf(truth.length / n, (row) => {
    let sum = 0;
    for (let index = row * n; index < (row + 1) * n; index++)
      sum += nats(truth[index] === 1 ? probabilities[index]! : 1 - probabilities[index]!, least);
    return sum / n;
  });
}

const nats = (probability: number, least: number): number => -Math.log(Math.max(probability, least));
