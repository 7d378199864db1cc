import { defineWord } from "#dsl/language/types/define.js";
import type {} from "#dsl/language/types/codes/value-codes.js";
import { singleText } from "../row-formats/single-text.js";
import { checkFamilyArchitecture } from "./shared/families.js";
import {
  classWeightParameter,
  labelsWithClassWeights,
  checkPositiveWeights,
  balancedClassWeightText,
  classWeightsByLabel,
} from "./shared/class-weights.js";
import { focalLossParameter, labelSmoothingParameter } from "./shared/loss-settings.js";
import { meanHeadElementCount, poolingParameter, usesMeanPooling } from "./shared/mean-head.js";
import { sentenceHeadElementCount } from "./shared/sentence-head.js";

export const word = defineWord({
  kind: "task",
  name: "text_classification",
  doc: "One of several labels for a text. The head is that of the family's ...ForSequenceClassification in transformers, or with `pooling: mean` a linear layer over the mean of the text's states.",
  example: 'model router { base: "all-MiniLM-L6-v2", task: text_classification(class_weight: balanced, focal: 2) }',
  parameters: [classWeightParameter, focalLossParameter, labelSmoothingParameter, poolingParameter],
  elsewhere: {
    class_weights: "class_weight",
    pooling_mode: "pooling",
    loss_weights: "class_weight",
    focal_loss: "focal",
    gamma: "focal",
    focal_gamma: "focal",
    label_smoothing_factor: "label_smoothing",
    "text-classification": "text_classification",
    sequence_classification: "text_classification",
    SEQ_CLS: "text_classification",
  },
  check(call, context) {
    checkFamilyArchitecture(call.word, ["encoder"], context);
    checkPositiveWeights("class_weight", classWeightsByLabel(call), context);
  },
  capabilities: {
    pipeline: "text-classification",
    peft: "SEQ_CLS",
    canBeDistilled: true,
    problem: "single_label_classification",
    /** Required roles. */
    roles: ["text", "label"],
    isExplainable: true,
    rowFormat: singleText,
    labels: true,
    decides: "one",
    canary: "labelled",
    namedLabels: labelsWithClassWeights,
    countsOverTraining: balancedClassWeightText,
    /** Number of parameters of the head, for `hidden` features and `outputs` labels. */
    headParameters: (hidden, outputs, on) =>
      meanHeadElementCount(hidden, outputs, on) ?? sentenceHeadElementCount(hidden, outputs, on),
    hasNewHead: usesMeanPooling,
    measures: ["label"],
    architectures: ["ForSequenceClassification"],
    prediction:
      "{ readonly text: string; readonly label: string; readonly probability: number; readonly probabilities: Readonly<Record<string, number>> }",
  },
  load: () => import("./text_classification.run.js").then((m) => m.textClassification),
});
