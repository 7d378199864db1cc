import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation, NumberMetricInput } from "./kind.js";

export const word = defineWord({
  kind: "metric",
  name: "mean_squared_error",
  doc: "Mean of the squares by which predicted numbers are off, in the square of the scores' unit.",
  example: "metrics: [mean_squared_error]",
  elsewhere: { mse: "mean_squared_error" },
  capabilities: { better: "less", outcomes: ["number"] },
  parameters: [],
  load: () => Promise.resolve(meanSquaredError),
});

/** Source: scikit-learn's `mean_squared_error`. */
const meanSquaredError: MetricImplementation = { ofNumbers: (_call, input) => meanSquaredErrorOf(input) };

export function meanSquaredErrorOf({ truth, predicted }: NumberMetricInput): number {
  return truth.reduce((sum, right, i) => sum + (predicted[i]! - right) ** 2, 0) / truth.length;
}
