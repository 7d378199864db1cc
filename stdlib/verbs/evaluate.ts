import { compileEvaluate as read } from "#dsl/compiler/evaluate/evaluate.js";
import { defaultMetrics } from "../metrics/shared/usual-metrics.js";
import type { Call } from "#dsl/language/types/value.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "evaluate",
  doc: "Scores trained models on data: a table, curves, a confusion matrix, the worst and the most uncertain examples; if rows are in several languages, also each language separately.",
  example: "evaluate router on tickets.test { metrics: [accuracy, f1(macro)] }",
  operands: { what: "model", many: true, calls: "contender" },
  connectors: { on: { takes: "data", required: true, many: true } },
  effect: "acts",
  read,
  elsewhere: {
    test: "evaluate",
    eval: "evaluate",
    score: "evaluate",
    scoring: "metrics",
    metric: "metrics",
    compute_metrics: "metrics",
    per_device_eval_batch_size: "batch_size",
  },
  parameters: [
    {
      name: "metrics",
      type: { is: "list", of: { is: "word", kind: "metric" } },
      doc: "The metrics to compute.",
      default: {
        derived: "the metrics of the task: accuracy and f1(macro) of labels, loss and perplexity of tokens, ...",
        from: (_draft, context) => {
          const task = context.model?.["task"];
          const call = task !== null && typeof task === "object" && "word" in task ? (task as Call) : null;
          const columns = context.data?.["columns"];
          const roles =
            columns !== null && typeof columns === "object" && "record" in columns ? Object.keys(columns.record) : null;
          return defaultMetrics(context, call, roles);
        },
      },
      why: "Accuracy alone hides rare labels, the macro average shows them; texts have no right label.",
      impact: "medium",
    },
    {
      name: "batch_size",
      type: { is: "number", integer: true },
      doc: "Rows in one pass.",
      range: { min: 1 },
      default: { value: 64 },
      why: "Scoring needs no gradients, so more rows fit; results do not change.",
      impact: "low",
    },
    {
      name: "worst",
      type: { is: "number", integer: true },
      doc: "Number of the most confidently wrong rows to show.",
      range: { min: 0, max: 1000 },
      default: { value: 10 },
      why: "Ten rows show wrong labels and odd texts at a glance.",
      impact: "low",
    },
    {
      name: "uncertain",
      type: { is: "number", integer: true },
      doc: "Number of rows that the model is least sure of to show, folded: those with the smallest margin between the two likeliest labels.",
      range: { min: 0, max: 1000 },
      default: { value: 10 },
      why: "Ten rows show which labels are hard to distinguish.",
      impact: "low",
    },
    {
      name: "by",
      type: { is: "list", of: { is: "either", of: [{ is: "column" }, { is: "word", kind: "slicing" }] } },
      doc: "Also scores subsets of the rows: by the values of a column of the source (`customer`), or by a property of each row (`length(bins: 4)`). An average hides differences between groups.",
      default: { value: [] },
      why: "Only you know which groups matter.",
      impact: "medium",
    },
    {
      name: "attacks",
      type: { is: "list", of: { is: "word", kind: "attack" } },
      doc: "Tests what somebody who has the model can find out about the training rows: whether a row was among them (`membership`), and how well the model memorised test rows inserted for this purpose (`canaries`). Results are shown with the scores of each model.",
      default: { value: [] },
      why: "Attacks take time; use them if the rows are private.",
      impact: "low",
    },
    {
      name: "require",
      type: { is: "list", of: { is: "word", kind: "bar" } },
      doc: "Thresholds for the scores of the first model. If one is missed, all scores are shown and stored, then the cell fails. An unattended run must fail visibly.",
      default: { value: [] },
      why: "Without bars every score is accepted.",
      impact: "medium",
    },
    {
      name: "decode",
      type: { is: "word", kind: "decoder" },
      doc: "How text is generated for scoring. `beam(width: 4)` is usual for translations.",
      default: { value: { word: "greedy", kind: "decoder", arguments: {} } },
      why: "`greedy` is fast and gives the same text every time.",
      impact: "medium",
    },
    {
      name: "max_tokens",
      type: { is: "number", integer: true },
      doc: "Maximum tokens to generate for each row if text is scored.",
      range: { min: 1 },
      default: { derived: "the model's `max_length`, to which targets are cut in training", from: () => null },
      why: "Texts end when the model ends them; a limit that is too low truncates good ones.",
      impact: "medium",
    },
  ],
};
