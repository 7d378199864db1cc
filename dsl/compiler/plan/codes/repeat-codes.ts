/** Codes of trainings repeated with other seeds. */
import type { CodeTable } from "../../../language/diagnostics/codes.js";

export interface RepeatCodeData {
  "repeats-of-folds": { readonly data: string; readonly repeats: number };
  "seeds-run-out": { readonly seed: number; readonly repeats: number; readonly most: number };
}

export const repeatCodes: CodeTable<RepeatCodeData> = {
  "repeats-of-folds": {
    severity: "error",
    message: (d) => `\`${d.data}\` comes in folds, each of which is a training already: \`repeats\` has no place there`,
    help: () => "take `repeats` out, or train on data with one split",
    explain:
      "Folds say how far scores differ with the rows, seeds how far with chance. A training on folds is one for each fold; one with `repeats` is one for each seed, on the same rows, and needs rows that validate in each of them.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: folds(5) }\nmodel m { base: "b", task: text_classification }\ntrain m on d { repeats: 3 }',
  },
  "seeds-run-out": {
    severity: "error",
    message: (d) => `${String(d.repeats)} seeds from ${String(d.seed)} on would pass the greatest, ${String(d.most)}`,
    help: (d) => `begin with a smaller \`seed\`, at most ${String(d.most - d.repeats + 1)}`,
    explain: "`repeats` takes the recipe's seed and those that follow it, one for each training.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\ntrain m on d { repeats: 3, seed: 2147483647 }',
  },
};
