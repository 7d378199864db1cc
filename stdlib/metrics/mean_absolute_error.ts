import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "mean_absolute_error",
  doc: "By how much a predicted number is off, on average.",
  example: "metrics: [mean_absolute_error]",
  elsewhere: { mae: "mean_absolute_error" },
  /** `constant`: of answers that never change that one is the best, where it is not the task's own. */
  capabilities: { better: "less", of: ["number"], constant: "median" },
  parameters: [],
  load: async () => (await import("./mean_absolute_error.run.js")).meanAbsoluteError,
});
