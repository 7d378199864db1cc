/** Source: scikit-learn's `mean_absolute_error`. */
import type { MetricImplementation } from "../kinds/metric.js";

export const meanAbsoluteError: MetricImplementation = {
  ofNumbers: (_call, { truth, predicted }) =>
    truth.reduce((sum, right, i) => sum + Math.abs(predicted[i]! - right), 0) / truth.length,
};
