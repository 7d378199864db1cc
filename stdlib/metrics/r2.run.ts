/** Source: scikit-learn's `r2_score`: of scores that don't vary 1 where all are met, else 0; NaN on fewer than two rows. */
import type { MetricImplementation } from "../kinds/metric.js";

export const r2: MetricImplementation = {
  ofNumbers(_call, { truth, predicted }) {
    if (truth.length < 2) return Number.NaN;
    const mean = truth.reduce((sum, right) => sum + right, 0) / truth.length;
    const [left, all] = [
      truth.reduce((sum, right, i) => sum + (right - predicted[i]!) ** 2, 0),
      truth.reduce((sum, right) => sum + (right - mean) ** 2, 0),
    ];
    if (all > 0) return 1 - left / all;
    return left === 0 ? 1 : 0;
  },
  why: { ofNumbers: (_call, { truth }) => (truth.length === 1 ? "one row does not vary" : null) },
};
