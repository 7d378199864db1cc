/** Source: scikit-learn's `root_mean_squared_error`. */
import type { MetricImplementation } from "../kinds/metric.js";

export const rootMeanSquaredError: MetricImplementation = {
  ofNumbers: (_call, { truth, predicted }) =>
    Math.sqrt(truth.reduce((sum, right, i) => sum + (predicted[i]! - right) ** 2, 0) / truth.length),
};
