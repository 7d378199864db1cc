import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation } from "./kind.js";

export const word = defineWord({
  kind: "metric",
  name: "mean_absolute_error",
  doc: "By how much a predicted number is off, on average.",
  example: "metrics: [mean_absolute_error]",
  elsewhere: { mae: "mean_absolute_error" },
  /** `constant`: the best constant prediction, if it is not the task's own. */
  capabilities: { better: "less", outcomes: ["number"], constant: "median" },
  parameters: [],
  load: () => Promise.resolve(meanAbsoluteError),
});

/** Source: scikit-learn's `mean_absolute_error`. */
const meanAbsoluteError: MetricImplementation = {
  ofNumbers: (_call, { truth, predicted }) =>
    truth.reduce((sum, right, i) => sum + Math.abs(predicted[i]! - right), 0) / truth.length,
};
