import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation, LabelMetricInput } from "./kind.js";
import { rowSumsSampler, rowMeansOf, scoreOfAllRows, type RowSums } from "./shared/row-sums.js";

export const word = defineWord({
  kind: "metric",
  name: "brier_score",
  doc: "Mean squared difference between probabilities and true labels, 0 to 1 with two labels: small if predictions are correct and probabilities calibrated. With three labels and more the squares are added up (0 to 2).",
  example: "metrics: [brier_score]",
  elsewhere: { brier: "brier_score", brier_score_loss: "brier_score" },
  capabilities: { better: "less", outcomes: ["label"] },
  parameters: [],
  load: () => Promise.resolve(brierScore),
});

/**
 * Brier 1950. For two labels it equals scikit-learn's `brier_score_loss` (half of the sum over both); for more it is
 * the sum over all labels.
 */
const brierScore: MetricImplementation = {
  compute: (_call, input) => scoreOfAllRows(squares(input)),
  samplers: { compute: (_call, input) => rowSumsSampler(squares(input)) },
};

function squares({ truth, probabilities, labels }: LabelMetricInput): RowSums {
  const n = labels.length;
  return rowMeansOf(truth.length, (row) => {
    let sum = 0;
    for (let label = 0; label < n; label++)
      sum += (probabilities[row * n + label]! - Number(truth[row] === label)) ** 2;
    return n === 2 ? sum / 2 : sum;
  });
}
