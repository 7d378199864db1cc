import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "average_precision",
  doc: "How well probabilities rank what is true above what isn't, whatever the threshold: the mean precision at each text that has the label. A model that tells nothing apart scores the label's share of the texts; 1 is perfect. Of two labels it is the second's, as in scikit-learn; of three or more each is told from all others.",
  example: "metrics: [average_precision, f1(micro)]",
  elsewhere: { average_precision_score: "average_precision", mAP: "average_precision", pr_auc: "average_precision" },
  capabilities: { better: "greater", perfect: 1, namesDefault: true, ranks: true, outcomes: ["label", "label_set"] },
  parameters: [
    {
      name: "average",
      type: { is: "choice", of: ["macro", "micro", "weighted", "samples"] },
      means: {
        macro: "each label alike",
        micro: "all decisions in one ranking",
        weighted: "labels by their rows",
        samples: "the labels of each text ranked, each text alike",
      },
      doc: "How the labels' scores become one: macro (each label alike), micro (all decisions in one ranking), weighted (by rows), samples (the labels of each text ranked, each text alike).",
      positional: true,
      default: { value: "macro" },
      why: "Macro counts rare labels as much as common ones.",
      impact: "medium",
    },
  ],
  load: async () => (await import("./average_precision.run.js")).averagePrecision,
});
