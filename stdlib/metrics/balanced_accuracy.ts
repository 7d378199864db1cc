import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "balanced_accuracy",
  doc: "Mean over the labels of how many of their rows are found: accuracy where each label counts alike, however rare it is. One answer for everything scores 1 through the number of labels.",
  example: "metrics: [balanced_accuracy]",
  elsewhere: { balanced_accuracy_score: "balanced_accuracy", bacc: "balanced_accuracy" },
  capabilities: { better: "greater", perfect: 1, outcomes: ["label"] },
  parameters: [],
  load: async () => (await import("./balanced_accuracy.run.js")).balancedAccuracy,
});
