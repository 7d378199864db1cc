/**
 * Shared parts of F1, precision and recall: their parameters, and the rule that three or more labels need an explicit
 * average.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { WordCheckContext } from "#dsl/language/types/context.js";
import { defineParameters } from "#dsl/language/types/define.js";
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface AverageCodeData {
  "average-needed": { readonly metric: string; readonly labels: number };
  "average-of-sets": { readonly metric: string; readonly average: string };
  "unknown-positive": { readonly metric: string; readonly label: string; readonly has: readonly string[] };
}
export const averageCodes: CodeTable<AverageCodeData> = {
  "average-needed": {
    severity: "error",
    facts: true,
    message: (d) => `${d.metric} has no single meaning on ${d.labels} labels`,
    help: (d) => `write \`${d.metric}(macro)\`, \`${d.metric}(micro)\` or \`${d.metric}(weighted)\``,
    explain:
      "With two labels, F1, precision and recall are those of the second one. With three labels or more there is one score per label, and the averages over them differ a lot: `macro` weighs labels the same, `weighted` weighs them by their rows, `micro` weighs rows the same (and equals accuracy here). The average must be written.",
  },
  "average-of-sets": {
    severity: "error",
    facts: true,
    message: (d) =>
      d.average === "samples"
        ? `${d.metric}(samples) is for texts that have several labels`
        : `${d.metric} has no single meaning if a text has several labels`,
    help: (d) =>
      d.average === "samples"
        ? `write \`${d.metric}(macro)\`, \`${d.metric}(micro)\` or \`${d.metric}(weighted)\``
        : `write \`${d.metric}(micro)\`, \`${d.metric}(macro)\`, \`${d.metric}(weighted)\`, \`${d.metric}(samples)\` or \`${d.metric}(of: label)\``,
    explain:
      "`multilabel_classification` gives each text a set of labels. Scores are averaged over labels (`macro`, `weighted`), over " +
      "all decisions (`micro`) or over texts (`samples`), or are those of one label (`of: label`). `samples` means nothing where " +
      "a text has exactly one label.",
  },
  "unknown-positive": {
    severity: "error",
    message: (d) => `${d.metric}: the data has no label "${d.label}"`,
    help: (d) => `the labels are ${listNames(d.has)}`,
    explain: "`of:` names the label that counts as positive for a binary score; it must be one of the data's labels.",
    example: `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }
model m { base: "minilm", task: text_classification }
train m on d
evaluate m on d.test { metrics: [f1(of: maybe)] }`,
  },
};

export const averageParameters = defineParameters([
  {
    name: "average",
    type: { is: "choice", of: ["macro", "micro", "weighted", "binary", "samples"] },
    means: {
      macro: "all labels weigh the same",
      micro: "all rows weigh the same",
      weighted: "labels by their rows",
      binary: "one label alone: the second, or of",
      samples: "texts with several labels; all texts weigh the same",
    },
    doc: "How to average the labels' scores: macro (all labels weigh the same), micro (all rows weigh the same), weighted (by rows), binary (the second label, or `of`), samples (texts with several labels, all texts weigh the same).",
    positional: true,
    default: { derived: "binary with two labels; with more it must be written", from: () => "auto" },
    why: "With three labels or more the averages differ a lot, so the choice must be visible.",
    impact: "high",
  },
  {
    name: "of",
    type: { is: "text" },
    suggests: { from: "labels" },
    doc: "The label that counts as positive for `binary`.",
    default: { derived: "the second label", from: () => null },
    why: "Sorted labels put `negative` before `positive`.",
    impact: "medium",
  },
]);

/** Checks the average against the labels of the statement's data, which the checker passes in `data.labels`. */
export function checkAverageFitsLabels(call: Call, context: WordCheckContext): void {
  const average = call.arguments["average"];
  const sets = ofSets(context);
  const single = average === "auto" || average === "binary";
  if (sets !== undefined && (sets ? single && !call.arguments["of"] : average === "samples"))
    context.report("average-of-sets", { metric: call.word, average: String(average) });
  const labels = context.data?.["labels"];
  if (!Array.isArray(labels)) return;
  if (!sets && labels.length > 2 && (average === "auto" || average === "binary") && !call.arguments["of"])
    context.report("average-needed", { metric: call.word, labels: labels.length });
  const positive = call.arguments["of"];
  if (typeof positive === "string" && !labels.includes(positive))
    context.report("unknown-positive", { metric: call.word, label: positive, has: labels.map(String) }, "of");
}

/** Returns true if rows have label sets; undefined if the task is not known. */
function ofSets(context: WordCheckContext): boolean | undefined {
  const task = context.model?.["task"];
  if (task === null || typeof task !== "object" || !("word" in task)) return undefined;
  const measures = context.find("task", task.word)?.capabilities?.measures;
  return measures?.includes("label_set") === true;
}
