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
    message: (d) =>
      `with strength ${String(d.strength)} staying as it was counts for all, and the new rows for nothing`,
    help: (d) =>
      `begin with the usual strength, and look at the matrix of scores before it is made larger than ${String(d.most)}`,
    explain:
      "What the model is held to is a loss of the same size as that of the rows' labels, which counts 1. Far above that the gradients are those of the strategy alone: nothing is forgotten since nothing is learnt.",
    example: `${small}\nupdate m on e as n { strategy: lwf(10000) }`,
  },
};
