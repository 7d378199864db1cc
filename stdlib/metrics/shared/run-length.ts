/** The n-gram size parameter of metrics about repeated n-grams. */
import { defineParameters } from "#dsl/language/types/define.js";

export const wordRunLengthParameters = <const N extends number>(usual: N, why: string) =>
  defineParameters([
    {
      name: "words",
      type: { is: "number", integer: true },
      doc: "How many words a run has.",
      range: { min: 1, max: 10 },
      positional: true,
      default: { value: usual },
      why,
      impact: "low",
    },
  ]);
