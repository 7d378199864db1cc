import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "keeping",
  name: "best",
  doc: "The weights of the validation that this metric likes best, in the metric's own direction.",
  example: "keep: best(f1(macro))",
  elsewhere: { metric_for_best_model: "metric", monitor: "metric" },
  parameters: [
    {
      name: "metric",
      type: { is: "word", kind: "metric" },
      doc: "The metric on the validation split: any metric of the task that needs no generated text.",
      positional: true,
      required: true,
      why: "By default, the metric of `early_stopping`, otherwise the loss.",
      impact: "medium",
    },
  ],
});
