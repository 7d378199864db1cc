import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "roc_auc",
  doc: "Area under the ROC curve: how often what is true gets a greater probability (or similarity) than what isn't, whatever the threshold. 0.5 tells nothing apart. With three labels or more each is told from all others.",
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
      means: { macro: "each label alike", micro: "all decisions in one ranking", weighted: "labels by their rows" },
      doc: "How the scores of three labels or more, or of sets of labels, become one: macro (each label alike), micro (all decisions in one ranking), weighted (by rows).",
      positional: true,
      default: { value: "macro" },
      why: "Macro counts rare labels as much as common ones.",
      impact: "medium",
    },
  ],
  load: async () => (await import("./roc_auc.run.js")).rocAuc,
});
