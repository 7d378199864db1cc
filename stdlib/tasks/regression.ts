import type { HeadContext } from "#dsl/language/types/capabilities/model.js";
import { defineWord } from "#dsl/language/types/define.js";
import { singleText } from "../row-formats/single-text.js";
import { checkFamilyArchitecture } from "./shared/families.js";
import { sentenceHeadElementCount } from "./shared/sentence-head.js";

export const word = defineWord({
  kind: "task",
  name: "regression",
  doc: "A number for a text, trained with mean squared error, as transformers' ...ForSequenceClassification with one label. Reads the role `score`.",
  notes: [
    "Scores are standardised by the mean and standard deviation of the training split, so that their scale does not matter. Losses, metrics and predictions are on the original scale, also in saved folders.",
  ],
  example: "task: regression(range: 0..10)",
  parameters: [
    {
      name: "range",
      type: { is: "range", of: { is: "number" } },
      doc: "The range of all scores, both ends included. A score outside is an error, and predictions are clipped to it.",
      default: { derived: "any number", from: () => null },
      why: "A mistake in the data is found before training, and no prediction is outside the scale.",
      impact: "low",
    },
  ],
  elsewhere: { "text-regression": "regression", num_labels: "regression", min_max: "range" },
  check: (call, context) => checkFamilyArchitecture(call.word, ["encoder"], context),
  capabilities: {
    pipeline: "text-classification",
    peft: "SEQ_CLS",
    problem: "regression",
    roles: ["text", "score"],
    isExplainable: true,
    rowFormat: singleText,
    labels: false,
    standardizesTargets: true,
    headParameters: (hidden: number, _labels: number, on: HeadContext): number =>
      sentenceHeadElementCount(hidden, 1, on),
    measures: ["number"],
    metrics: ["mean_absolute_error", "root_mean_squared_error", "r2", "pearson", "spearman"].map((word) => ({
      word,
      kind: "metric",
      arguments: {},
    })),
    prediction: "{ readonly text: string; readonly score: number }",
  },
  load: () => import("./regression.run.js").then((m) => m.regression),
});
