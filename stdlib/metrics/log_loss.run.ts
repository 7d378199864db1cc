/** Source: scikit-learn's `log_loss`: probabilities are clipped at the machine epsilon of their type, and not made to sum to 1 again. */
import type { MetricImplementation, MetricInput } from "../kinds/metric.js";
import { clippedNats, leastOf } from "../lib/metrics/likelihood.js";
import { drawnFrom, rowMeans, whole, type RowSums } from "../lib/metrics/row-sums.js";

export const logLoss: MetricImplementation = {
  compute: (_call, input) => whole(nats(input)),
  samplers: { compute: (_call, input) => drawnFrom(nats(input)) },
};

function nats({ truth, probabilities, labels }: MetricInput): RowSums {
  const least = leastOf(probabilities);
  return rowMeans(truth.length, (row) => clippedNats(probabilities[row * labels.length + truth[row]!]!, least));
}
