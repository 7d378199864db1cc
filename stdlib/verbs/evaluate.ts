import { compileEvaluate as read } from "#dsl/compiler/evaluate/evaluate.js";
import { defaultMetrics } from "../metrics/shared/usual-metrics.js";
import type { Call } from "#dsl/language/types/value.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "evaluate",
  doc: "Scores trained models on data: a table, curves, a confusion matrix, the worst and the most uncertain examples; where rows are in several languages, each of them by itself.",
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
      doc: "What is measured.",
      default: {
        derived: "what the task names: accuracy and f1(macro) of labels, loss and perplexity of tokens, ...",
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
      doc: "How many of the most confidently wrong rows are shown.",
      range: { min: 0, max: 1000 },
      default: { value: 10 },
      why: "Ten rows show wrong labels and odd texts at a glance.",
      impact: "low",
    },
    {
      name: "uncertain",
      type: { is: "number", integer: true },
      doc: "How many of the rows that a model is least sure of are shown, folded: those whose two likeliest labels are nearest to each other.",
      range: { min: 0, max: 1000 },
      default: { value: 10 },
      why: "Ten rows show which labels are hard to tell apart.",
      impact: "low",
    },
    {
      name: "by",
      type: { is: "list", of: { is: "either", of: [{ is: "column" }, { is: "word", kind: "slicing" }] } },
      doc: "Scores of parts of the rows besides: by the values of a column of the source (`customer`), or by what a word tells of each row (`length(bins: 4)`). An average hides groups.",
      default: { value: [] },
      why: "Only you know which groups matter.",
      impact: "medium",
    },
    {
      name: "attacks",
      type: { is: "list", of: { is: "word", kind: "attack" } },
      doc: "What somebody finds out of the rows that trained who has the model: which they are (`membership`), and how well it knows rows that were made and put among them (`canaries`). Told of each model, beside the scores.",
      default: { value: [] },
      why: "Attacks take time; ask for them where rows are private.",
      impact: "low",
    },
    {
      name: "require",
      type: { is: "list", of: { is: "word", kind: "bar" } },
      doc: "Bars that the scores of the first model must clear; where one isn't, all scores are shown and kept, and then the cell fails. A run that nobody watches must fail loudly.",
      default: { value: [] },
      why: "Without bars every score is accepted.",
      impact: "medium",
    },
    {
      name: "decode",
      type: { is: "word", kind: "decoder" },
      doc: "How text is written where it is scored. `beam(width: 4)` is usual for translations.",
      default: { value: { word: "greedy", kind: "decoder", arguments: {} } },
      why: "`greedy` is fast and gives the same text every time.",
      impact: "medium",
    },
    {
      name: "max_tokens",
      type: { is: "number", integer: true },
      doc: "Most tokens that are written for each row where text is scored.",
      range: { min: 1 },
      default: { derived: "the model's `max_length`, to which targets are cut in training", from: () => null },
      why: "Texts end where the model ends them; a bound that is too near cuts good ones.",
      impact: "medium",
    },
  ],
};
