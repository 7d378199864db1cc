/** Source: scikit-learn's `log_loss`: probabilities are clipped at the machine epsilon of their type, and not made to sum to 1 again. */
import type { MetricImplementation, MetricInput } from "../kinds/metric.js";
import { drawnFrom, rowMeans, whole, type RowSums } from "../lib/metrics/row-sums.js";

export const logLoss: MetricImplementation = {
  compute: (_call, input) => whole(nats(input)),
  samplers: { compute: (_call, input) => drawnFrom(nats(input)) },
};

function nats({ truth, probabilities, labels }: MetricInput): RowSums {
  const least = probabilities instanceof Float64Array ? 2 ** -52 : 2 ** -23;
  return rowMeans(truth.length, (row) => {
    const said = probabilities[row * labels.length + truth[row]!]!;
    return -Math.log(Math.min(Math.max(said, least), 1 - least));
  });
}
