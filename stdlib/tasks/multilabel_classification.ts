import { defineWord } from "#dsl/language/types/define.js";
import { singleText } from "../row-formats/single-text.js";
import { checkFamilyArchitecture } from "./shared/families.js";
import { checkPositiveWeights } from "./shared/class-weights.js";
import { focalLossParameter } from "./shared/loss-settings.js";
import {
  positiveWeightsByLabel,
  balancedPositiveWeightText,
  positiveWeightParameter,
} from "./shared/positive-weights.js";
import { sentenceHeadElementCount } from "./shared/sentence-head.js";

export const word = defineWord({
  kind: "task",
  name: "multilabel_classification",
  doc: "Any number of labels for a text, each predicted separately (binary cross-entropy), as transformers' ...ForSequenceClassification with `problem_type: multi_label_classification`. Reads the role `labels`: a list, JSON in a text, or labels separated by the data's `separator`.",
  example: "task: multilabel_classification(threshold: 0.5)",
  parameters: [
    {
      name: "threshold",
      type: { is: "number" },
      doc: "A text has the labels whose probability is at least this. A lower value misses fewer labels; a higher one gives fewer wrong ones. It changes no weights.",
      range: { min: 0, max: 1, exclusive: true },
      positional: true,
      default: { value: 0.5 },
      why: "At one half the more likely decision wins.",
      impact: "medium",
    },
    positiveWeightParameter,
    focalLossParameter,
  ],
  elsewhere: {
    pos_weight: "positive_weight",
    class_weight: "positive_weight",
    class_weights: "positive_weight",
    focal_loss: "focal",
    focal_gamma: "focal",
    multi_label_classification: "multilabel_classification",
    "multi-label-classification": "multilabel_classification",
    multilabel: "multilabel_classification",
  },
  check(call, context) {
    checkFamilyArchitecture(call.word, ["encoder"], context);
    checkPositiveWeights("positive_weight", positiveWeightsByLabel(call), context);
  },
  capabilities: {
    pipeline: "text-classification",
    peft: "SEQ_CLS",
    canBeDistilled: true,
    problem: "multi_label_classification",
    roles: ["text", "labels"],
    isExplainable: true,
    rowFormat: singleText,
    labels: true,
    namedLabels: (call) => Object.keys(positiveWeightsByLabel(call)),
    countsOverTraining: balancedPositiveWeightText,
    decides: "several",
    headParameters: sentenceHeadElementCount,
    measures: ["label_set"],
    metrics: [
      { word: "f1", kind: "metric", arguments: { average: "micro", of: null } },
      { word: "f1", kind: "metric", arguments: { average: "macro", of: null } },
      { word: "average_precision", kind: "metric", arguments: { average: "macro" } },
      { word: "accuracy", kind: "metric", arguments: {} },
    ],
    prediction:
      "{ readonly text: string; readonly labels: readonly string[]; readonly probabilities: Readonly<Record<string, number>> }",
  },
  load: () => import("./multilabel_classification.run.js").then((m) => m.multilabelClassification),
});
