/** How many words a run has: the parameter of metrics of runs that come again. */
import { parameters } from "#dsl/language/types/define.js";

export const runLength = <const N extends number>(usual: N, why: string) =>
  parameters([
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
