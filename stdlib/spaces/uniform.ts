import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "space",
  name: "uniform",
  doc: "A number of the range, all equally likely; integers if the setting takes integers.",
  example: "dropout: uniform(0..0.3)",
  elsewhere: { quniform: "uniform", randint: "uniform", q: "step" },
  capabilities: { distribution: "uniform" },
  parameters: [
    {
      name: "range",
      type: {
        is: "either",
        of: [
          { is: "range", of: { is: "number" } },
          { is: "range", of: { is: "number", unit: "share" } },
        ],
      },
      doc: "From the least to the greatest, both included.",
      positional: true,
      required: true,
      why: "Rates and shares differ by sums.",
      impact: "high",
    },
    {
      name: "step",
      type: { is: "either", of: [{ is: "number", unit: "share" }, { is: "number" }] },
      doc: "The step from the start of the range; the end must be one of the values.",
      default: { derived: "every number between; every integer if the setting takes integers", from: () => null },
      why: "Batches of 17 and of 18 give the same results, and some sizes are faster than others.",
      impact: "low",
    },
  ],
});
