/** Source: scikit-learn's `root_mean_squared_error`. */
import type { MetricImplementation } from "../kinds/metric.js";
import { squaredError } from "./mean_squared_error.run.js";

export const rootMeanSquaredError: MetricImplementation = {
  ofNumbers: (_call, input) => Math.sqrt(squaredError(input)),
};
