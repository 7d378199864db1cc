/** Error codes of pruning. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

/** The data of each code. */
export interface PruningCodeData {
  "pruned-nothing": Record<never, never>;
}

export const pruningCodes: CodeTable<PruningCodeData> = {
  "pruned-nothing": {
    severity: "error",
    message: () => "`structured` has nothing to remove",
    help: () => "write `heads`, `feed_forward` or both: `structured(heads: 25%, feed_forward: 40%)`",
    explain:
      "Attention heads and neurons of the feed-forward layers have separate shares. Which of them a model can lose depends on the data.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\nrecipe r { epochs: 1 }\ntrain m on d with r\ncompress m on d with r as s { sparsify: structured() }',
  },
};
