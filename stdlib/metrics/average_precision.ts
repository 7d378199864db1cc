import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "average_precision",
  doc: "How well probabilities rank true labels above false ones, for all thresholds: the mean precision at each text that has the label. A model without any knowledge scores the label's share of the texts; 1 is perfect. With two labels it is the second label's score, as in scikit-learn; with three or more each is scored against all others.",
  example: "metrics: [average_precision, f1(micro)]",
  elsewhere: { average_precision_score: "average_precision", mAP: "average_precision", pr_auc: "average_precision" },
  capabilities: { better: "greater", perfect: 1, namesDefault: true, ranks: true, outcomes: ["label", "label_set"] },
  parameters: [
    {
      name: "average",
      type: { is: "choice", of: ["macro", "micro", "weighted", "samples"] },
      means: {
        macro: "all labels weigh the same",
        micro: "all decisions in one ranking",
        weighted: "labels by their rows",
        samples: "the labels of each text ranked; all texts weigh the same",
      },
      doc: "How to average the labels' scores: macro (all labels weigh the same), micro (all decisions in one ranking), weighted (by rows), samples (the labels of each text ranked, all texts weigh the same).",
      positional: true,
      default: { value: "macro" },
      why: "Macro weighs rare labels as much as frequent ones.",
      impact: "medium",
    },
  ],
  load: async () => (await import("./average_precision.run.js")).averagePrecision,
});
