import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "roc_auc",
  doc: "Area under the ROC curve: how often a true label gets a greater probability (or similarity) than a false one, for all thresholds. 0.5 is chance. With three labels or more each is scored against all others.",
  example: "metrics: [roc_auc]",
  elsewhere: { auc: "roc_auc", auroc: "roc_auc", roc_auc_score: "roc_auc", rocauc: "roc_auc", roc: "roc_auc" },
  capabilities: {
    better: "greater",
    perfect: 1,
    namesDefault: true,
    ranks: true,
    outcomes: ["label", "label_set", "pair"],
  },
  parameters: [
    {
      name: "average",
      type: { is: "choice", of: ["macro", "micro", "weighted"] },
      means: {
        macro: "all labels weigh the same",
        micro: "all decisions in one ranking",
        weighted: "labels by their rows",
      },
      doc: "How to average the scores of three labels or more, or of sets of labels: macro (all labels weigh the same), micro (all decisions in one ranking), weighted (by rows).",
      positional: true,
      default: { value: "macro" },
      why: "Macro weighs rare labels as much as frequent ones.",
      impact: "medium",
    },
  ],
  load: async () => (await import("./roc_auc.run.js")).rocAuc,
});
