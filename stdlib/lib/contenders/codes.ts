/** What can go wrong with baselines once the rows are read. */
import { registerCodes } from "#dsl/diagnostics/codes.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    "no-answer-for-all": { readonly contender: string; readonly task: string };
  }
}

registerCodes({
  "no-answer-for-all": {
    severity: "error",
    message: (d) => `\`${d.contender}\` finds no answer that serves for all rows of ${d.task}`,
    help: () => "leave it out, or look whether the split `train` has rows with answers",
    explain:
      "The majority baseline says of every row what most rows of the split `train` say. Where they say nothing, or say it in no form that could be the answer to another row, there is no such answer.",
  },
});
