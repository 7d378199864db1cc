/** Source: scikit-learn's `mean_squared_error`. */
import type { MetricImplementation, NumberMetricInput } from "../kinds/metric.js";

export const meanSquaredError: MetricImplementation = { ofNumbers: (_call, input) => squaredError(input) };

export function squaredError({ truth, predicted }: NumberMetricInput): number {
  return truth.reduce((sum, right, i) => sum + (predicted[i]! - right) ** 2, 0) / truth.length;
}
