import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation, LabelMetricInput } from "./kind.js";
import { clippedNegativeLog, probabilityEpsilon } from "./shared/likelihood.js";
import { rowSumsSampler, rowMeansOf, scoreOfAllRows, type RowSums } from "./shared/row-sums.js";

export const word = defineWord({
  kind: "metric",
  name: "log_loss",
  doc: "Mean of −ln of the probability of the true label: confident errors make it large. As in scikit-learn, probabilities are at least the smallest step from 1.",
  example: "metrics: [log_loss, brier_score]",
  elsewhere: { cross_entropy: "log_loss", neg_log_loss: "log_loss", logloss: "log_loss" },
  capabilities: { better: "less", outcomes: ["label"] },
  parameters: [],
  load: () => Promise.resolve(logLoss),
});

/**
 * Source: scikit-learn's `log_loss`: probabilities are clipped at the machine epsilon of their type, and not
 * renormalized.
 */
const logLoss: MetricImplementation = {
  compute: (_call, input) => scoreOfAllRows(nats(input)),
  samplers: { compute: (_call, input) => rowSumsSampler(nats(input)) },
};

function nats({ truth, probabilities, labels }: LabelMetricInput): RowSums {
  const least = probabilityEpsilon(probabilities);
  return rowMeansOf(truth.length, (row) =>
    clippedNegativeLog(probabilities[row * labels.length + truth[row]!]!, least),
  );
}
