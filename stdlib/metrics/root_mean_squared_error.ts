import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "root_mean_squared_error",
  doc: "By how much a predicted number is off, where great errors weigh more: the root of the mean squared error, in the unit of the scores.",
  example: "metrics: [root_mean_squared_error]",
  elsewhere: { rmse: "root_mean_squared_error", root_mean_square_error: "root_mean_squared_error" },
  advice: { mse: "write `mean_squared_error`, or `root_mean_squared_error`, its root" },
  capabilities: { better: "less", of: ["number"] },
  parameters: [],
  load: async () => (await import("./root_mean_squared_error.run.js")).rootMeanSquaredError,
});
