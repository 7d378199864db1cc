import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "calibration",
  name: "threshold",
  doc: "How likely a label must be to be given: the share at which a metric is best on the validation rows. Of several labels of a text each has its own; of two labels the second one's, or that of `of`.",
  example: "calibrate: [temperature, threshold(f1)]",
  elsewhere: { thresholds: "threshold", cutoff: "threshold", decision_threshold: "threshold" },
  capabilities: { of: ["two", "several"], measured: (call) => call.arguments.metric },
  parameters: [
    {
      name: "metric",
      type: { is: "word", kind: "metric" },
      doc: "What is made best: a metric of yes and no for each label, such as `f1`, `accuracy`, `balanced_accuracy`.",
      positional: true,
      default: { value: { word: "f1", kind: "metric", arguments: {} } },
      why: "Accuracy hardly notices a rare label; F1 does.",
      impact: "medium",
    },
    {
      name: "of",
      type: { is: "text" },
      suggests: { from: "labels" },
      doc: "Of two labels: the one that the threshold is of.",
      default: { derived: "the second label", from: () => null },
      why: "Sorted labels put `negative` before `positive`.",
      impact: "low",
    },
  ],
  load: async () => (await import("./threshold.run.js")).threshold,
});
