/** Error codes of baselines that occur once the rows are read. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface ContendersCodeData {
  "no-answer-for-all": { readonly contender: string; readonly task: string };
}

export const contendersCodes: CodeTable<ContendersCodeData> = {
  "no-answer-for-all": {
    severity: "error",
    message: (d) => `\`${d.contender}\` finds no answer that serves for all rows of ${d.task}`,
    help: () => "leave it out, or look whether the split `train` has rows with answers",
    explain:
      "The majority baseline says of every row what most rows of the split `train` say. Where they say nothing, or say it in no form that could be the answer to another row, there is no such answer.",
  },
};
