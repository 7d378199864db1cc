/** Plans of streamed data, and of the same data in memory. */
import type { DataPlan, Call } from "#dsl/language/types/value.js";

export const call = (kind: string, word: string, given: Call["arguments"] = {}): Call => ({
  ...{ kind, word },
  arguments: given,
});
export const streamedPlan = (word: string, path: string, stream: boolean, more: Partial<DataPlan> = {}): DataPlan => ({
  name: "d",
  source: call("source", word, { path, stream }),
  folder: ".",
  columns: { text: "text", label: "label" },
  clean: [call("cleaner", "unicode"), call("cleaner", "drop_empty"), call("cleaner", "drop_duplicates")],
  split: call("split", "by_column", { column: "part", rename: { record: { dev: "validation" } } }),
  labels: null,
  sample: null,
  seed: 0,
  ...more,
});
