import { defineWord } from "#dsl/language/types/define.js";
import type {} from "#dsl/language/types/codes/value-codes.js";
import { singleText } from "../row-formats/single-text.js";
import { wantShape } from "./shared/families.js";
import { classWeight, labelsWeighed, wantPositive, weighsByCounts, weightsGiven } from "./shared/class-weights.js";
import { focal, labelSmoothing } from "./shared/loss-settings.js";
import { meanHeadParameters, pooling, poolsMean } from "./shared/mean-head.js";
import { sentenceParameters } from "./shared/sentence-head.js";

export const word = defineWord({
  kind: "task",
  name: "text_classification",
  doc: "One label out of several for a whole text. The head is that of the family's ...ForSequenceClassification in transformers, or with `pooling: mean` a linear layer over the mean of the text's states.",
  example: 'model router { base: "all-MiniLM-L6-v2", task: text_classification(class_weight: balanced, focal: 2) }',
  parameters: [classWeight, focal, labelSmoothing, pooling],
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
    wantShape(call.word, ["encoder"], context);
    wantPositive("class_weight", weightsGiven(call), context);
  },
  capabilities: {
    /** What the Hugging Face hub calls it. */
    pipeline: "text-classification",
    peft: "SEQ_CLS",
    taught: true,
    problem: "single_label_classification",
    /** Roles that the data must have. */
    roles: ["text", "label"],
    why: true,
    rowFormat: singleText,
    labels: true,
    decides: "one",
    canary: "labelled",
    names: labelsWeighed,
    counts: weighsByCounts,
    /** What the head adds, for `hidden` features and `labels` labels; `family`: what the base's word says of it. */
    parameters: (hidden, outputs, on) =>
      meanHeadParameters(hidden, outputs, on) ?? sentenceParameters(hidden, outputs, on),
    ours: poolsMean,
    measures: ["label"],
    architectures: ["ForSequenceClassification"],
    prediction:
      "{ readonly text: string; readonly label: string; readonly probability: number; readonly probabilities: Readonly<Record<string, number>> }",
  },
  load: () => import("./text_classification.run.js").then((m) => m.textClassification),
});
