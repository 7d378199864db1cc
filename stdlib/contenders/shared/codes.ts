/** Error codes of baselines that occur once the rows are read. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface ContendersCodeData {
  "no-answer-for-all": { readonly contender: string; readonly task: string };
}

export const contendersCodes: CodeTable<ContendersCodeData> = {
  "no-answer-for-all": {
    severity: "error",
    message: (d) => `\`${d.contender}\` has no answer that fits all rows of ${d.task}`,
    help: () => "remove it, or check that the split `train` has rows with answers",
    explain:
      "The majority baseline gives every row the most frequent answer of the split `train`. If there are no answers, or they only fit their own row, it has nothing to predict.",
  },
};
