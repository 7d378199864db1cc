import type { HeadContext } from "#dsl/language/types/capabilities/model.js";
import { defineWord } from "#dsl/language/types/define.js";
import { singleText } from "../row-formats/single-text.js";
import { checkFamilyShape } from "./shared/families.js";
import { sentenceHeadElementCount } from "./shared/sentence-head.js";

export const word = defineWord({
  kind: "task",
  name: "regression",
  doc: "A number for a whole text, learnt by its mean squared error, as transformers' ...ForSequenceClassification with one label. Reads the role `score`.",
  notes: [
    "The head learns scores whose mean is 0 and whose spread is 1, by the mean and spread of the training split, so that scores of any scale are learnt alike. Losses, metrics and predictions are on the scores' own scale, and folders that are saved say them as they are.",
  ],
  example: "task: regression(range: 0..10)",
  parameters: [
    {
      name: "range",
      type: { is: "range", of: { is: "number" } },
      doc: "Between which numbers all scores lie, both included. A score outside is an error, and what is predicted is kept within.",
      default: { derived: "any number", from: () => null },
      why: "A slip in the data is found before it is learnt, and no prediction leaves the scale.",
      impact: "low",
    },
  ],
  elsewhere: { "text-regression": "regression", num_labels: "regression", min_max: "range" },
  check: (call, context) => checkFamilyShape(call.word, ["encoder"], context),
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
