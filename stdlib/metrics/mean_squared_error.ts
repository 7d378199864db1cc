import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "mean_squared_error",
  doc: "Mean of the squares by which predicted numbers are off, in the square of the scores' unit.",
  example: "metrics: [mean_squared_error]",
  elsewhere: { mse: "mean_squared_error" },
  capabilities: { better: "less", of: ["number"] },
  parameters: [],
  load: async () => (await import("./mean_squared_error.run.js")).meanSquaredError,
});
