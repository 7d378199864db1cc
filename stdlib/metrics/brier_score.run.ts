/** Brier 1950; of two labels scikit-learn's `brier_score_loss` (half of the sum over both), of more the sum over all. */
import type { MetricImplementation, MetricInput } from "../kinds/metric.js";
import { drawnFrom, rowMeans, whole, type RowSums } from "../lib/metrics/row-sums.js";

export const brierScore: MetricImplementation = {
  compute: (_call, input) => whole(squares(input)),
  samplers: { compute: (_call, input) => drawnFrom(squares(input)) },
};

function squares({ truth, probabilities, labels }: MetricInput): RowSums {
  const n = labels.length;
  return rowMeans(truth.length, (row) => {
    let sum = 0;
    for (let label = 0; label < n; label++)
      sum += (probabilities[row * n + label]! - Number(truth[row] === label)) ** 2;
    return n === 2 ? sum / 2 : sum;
  });
}
