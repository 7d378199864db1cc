/** Source: scikit-learn's `mean_squared_error`. */
import type { MetricImplementation } from "../kinds/metric.js";

export const meanSquaredError: MetricImplementation = {
  ofNumbers: (_call, { truth, predicted }) =>
    truth.reduce((sum, right, i) => sum + (predicted[i]! - right) ** 2, 0) / truth.length,
};
