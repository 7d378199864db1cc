/** Source: scikit-learn's `matthews_corrcoef` (Gorodkin, 2004, for several labels); 0 where one answer is all that is true or said. */
import type { MetricImplementation } from "../kinds/metric.js";
import { counts } from "../lib/metrics/counts.js";

export const matthewsCorrelation: MetricImplementation = {
  compute(_call, input) {
    const n = input.truth.length;
    if (n === 0) return Number.NaN;
    let [right, product, said, real] = [0, 0, n ** 2, n ** 2];
    for (const { hit, given, have } of counts(input)) {
      right += hit;
      product += given * have;
      said -= given ** 2;
      real -= have ** 2;
    }
    return said * real === 0 ? 0 : (right * n - product) / Math.sqrt(said * real);
  },
};
