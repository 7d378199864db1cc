/** Codes of trainings whose updates are shared by several processes. */
import type { CodeTable } from "../../language/diagnostics/codes.js";

export interface WorkerRankCodeData {
  "batch-below-ranks": { readonly batch_size: number; readonly ranks: number };
  "batchwise-ranks": { readonly task: string; readonly ranks: number };
  "ranks-uncounted": { readonly runner: string };
  "exact-ranks": { readonly technique: string };
  "average-alone": Readonly<Record<never, never>>;
}
export const workerRankCodes: CodeTable<WorkerRankCodeData> = {
  "batch-below-ranks": {
    severity: "error",
    message: (d) =>
      `${String(d.ranks)} workers share each batch, but a batch has only ${String(d.batch_size)} row${d.batch_size === 1 ? "" : "s"}`,
    help: (d) => `write \`batch_size: ${String(d.ranks)}\` or more, or fewer workers`,
    explain:
      "`batch_size` counts the rows of an update over all workers. Each worker gets a part of these rows. With fewer rows than workers, some workers would be idle.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { batch_size: 2, runner: processes(4) }',
  },
  "batchwise-ranks": {
    severity: "error",
    facts: true,
    message: (d) =>
      `${d.task} compares the texts of a batch, but each of ${String(d.ranks)} workers would see only a part of it`,
    help: () => "remove `runner`",
    explain:
      "Workers can share an update if its loss is a sum over single rows. A loss that compares each text with the others of its batch is not. Divided rows would mean smaller batches, and the results would depend on the number of workers.",
  },
  "ranks-uncounted": {
    severity: "error",
    message: (d) => `\`${d.runner}\` does not set how many workers share the updates of this training`,
    help: (d) => `write the number of workers: \`${d.runner}(…, workers: 4)\``,
    explain:
      "Workers that share updates start together, and each gets a part of every batch, so their number must be known in advance. Trials of a sweep use as many workers as fit.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { runner: ray("http://head:8265") }',
  },
  "exact-ranks": {
    severity: "error",
    facts: true,
    message: (d) => `${d.technique} computes its head from all rows at once, without updates for workers to share`,
    help: () => "remove `runner`",
    explain:
      "Workers share the updates of a training. A head that is fitted exactly has no updates: it is computed in one pass over the rows, which takes seconds.",
  },
  "average-alone": {
    severity: "error",
    message: () => "`average` needs several workers that train separately, but this training has one",
    help: () => "add `runner: processes(2)`, or remove `average`",
    explain:
      "With `average` each worker trains on its own rows, and at intervals all continue from the mean of their weights. One process has no others to average with.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { average: every(steps: 32) }',
  },
};
