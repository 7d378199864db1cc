/** Error codes of strategies' own arguments. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

/** The data of each code. */
export interface StrategiesCodeData {
  "strategy-stiff": { readonly strength: number; readonly most: number };
}

const small =
  'data d { source: csv("a.csv"), columns: { text: t, label: l } }\ndata e { source: csv("b.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { epochs: 1 }';

export const strategiesCodes: CodeTable<StrategiesCodeData> = {
  "strategy-stiff": {
    severity: "warning",
    message: (d) => `strength ${String(d.strength)} is so large that the new rows have almost no effect`,
    help: (d) => `start with the usual strength, and look at the score matrix before you go above ${String(d.most)}`,
    explain:
      "The strategy's loss has about the size of the loss of the rows' labels, which has weight 1. A far larger strength leaves only the strategy's gradients: nothing is forgotten because nothing is learned.",
    example: `${small}\nupdate m on e as n { strategy: lwf(10000) }`,
  },
};
