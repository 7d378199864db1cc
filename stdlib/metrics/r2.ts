import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "r2",
  doc: "R²: the share of the scores' variance that predictions explain. 1 is perfect; 0 is what the mean of these rows would reach; below 0 it is worse than that.",
  example: "metrics: [r2]",
  elsewhere: { r_squared: "r2", rsquared: "r2", r2_score: "r2", coefficient_of_determination: "r2" },
  capabilities: { better: "greater", outcomes: ["number"] },
  parameters: [],
  load: async () => (await import("./r2.run.js")).r2,
});
