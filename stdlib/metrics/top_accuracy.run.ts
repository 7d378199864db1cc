/** Source: scikit-learn's `top_k_accuracy_score`; of labels that stand level the later ones come first, as there. */
import type { MetricImplementation, MetricInput } from "../kinds/metric.js";
import { drawnFrom, rowMeans, whole, type RowSums } from "../lib/metrics/row-sums.js";

export const topAccuracy: MetricImplementation = {
  compute: (call, input) => whole(found(Number(call.arguments["places"]), input)),
  samplers: { compute: (call, input) => drawnFrom(found(Number(call.arguments["places"]), input)) },
};

function found(places: number, { truth, probabilities, labels }: MetricInput): RowSums {
  const n = labels.length;
  return rowMeans(truth.length, (row) => {
    const own = probabilities[row * n + truth[row]!]!;
    let before = 0;
    for (let label = 0; label < n; label++) {
      const said = probabilities[row * n + label]!;
      if (said > own || (said === own && label > truth[row]!)) before++;
    }
    return Number(before < places);
  });
}
