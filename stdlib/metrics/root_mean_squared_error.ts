import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation } from "./kind.js";
import { meanSquaredErrorOf } from "./mean_squared_error.js";

export const word = defineWord({
  kind: "metric",
  name: "root_mean_squared_error",
  doc: "Error of a predicted number, in which large errors weigh more: the root of the mean squared error, in the unit of the scores.",
  example: "metrics: [root_mean_squared_error]",
  elsewhere: { rmse: "root_mean_squared_error", root_mean_square_error: "root_mean_squared_error" },
  advice: { mse: "write `mean_squared_error`, or `root_mean_squared_error`, its root" },
  capabilities: { better: "less", outcomes: ["number"] },
  parameters: [],
  load: () => Promise.resolve(rootMeanSquaredError),
});

/** Source: scikit-learn's `root_mean_squared_error`. */
const rootMeanSquaredError: MetricImplementation = {
  ofNumbers: (_call, input) => Math.sqrt(meanSquaredErrorOf(input)),
};
