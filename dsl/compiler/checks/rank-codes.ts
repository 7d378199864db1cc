/** Codes of trainings whose updates are shared by several processes. */
import type { CodeTable } from "../../language/diagnostics/codes.js";

export interface RankCodeData {
  "batch-below-ranks": { readonly batch_size: number; readonly ranks: number };
  "batchwise-ranks": { readonly task: string; readonly ranks: number };
  "ranks-uncounted": { readonly runner: string };
  "exact-ranks": { readonly technique: string };
  "average-alone": Readonly<Record<never, never>>;
}
export const rankCodes: CodeTable<RankCodeData> = {
  "batch-below-ranks": {
    severity: "error",
    message: (d) =>
      `${String(d.ranks)} workers share each batch, and a batch has ${String(d.batch_size)} row${d.batch_size === 1 ? "" : "s"}`,
    help: (d) => `write \`batch_size: ${String(d.ranks)}\` or more, or fewer workers`,
    explain:
      "`batch_size` is the whole update's, however many workers there are. Each takes its part of the rows, so that with fewer rows than workers some would have nothing to do at any step.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { batch_size: 2, runner: processes(4) }',
  },
  "batchwise-ranks": {
    severity: "error",
    facts: true,
    message: (d) =>
      `${d.task} holds texts beside those of their batch, and ${String(d.ranks)} workers would each see a part of it`,
    help: () => "take `runner` out",
    explain:
      "Workers share an update because its loss is a sum over rows, each by itself. A loss that tells each text from the others of its batch is none: with its rows divided it would be the loss of smaller batches, and the numbers would depend on how many workers there are.",
  },
  "ranks-uncounted": {
    severity: "error",
    message: (d) => `how many workers of \`${d.runner}\` share the updates of this training is not said`,
    help: (d) => `say how many: \`${d.runner}(…, workers: 4)\``,
    explain:
      "Workers that share each update begin together, and each has its part of every batch: how many there are must be known before. The trials of a sweep go to as many as there is room for.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { runner: ray("http://head:8265") }',
  },
  "exact-ranks": {
    severity: "error",
    facts: true,
    message: (d) => `${d.technique} finds its head at once from all rows, and has no updates that workers could share`,
    help: () => "take `runner` out",
    explain:
      "Workers share the updates of a training. A head that is fitted exactly takes none: it is found at once from one reading of the rows, which takes seconds.",
  },
  "average-alone": {
    severity: "error",
    message: () => "`average` is for workers that train apart, and this training has one",
    help: () => "write `runner: processes(2)` beside it, or take `average` out",
    explain:
      "With `average` each worker makes updates of its own rows, and now and then all go on from the mean of their weights. One process has nobody to average with.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { average: every(steps: 32) }',
  },
};
