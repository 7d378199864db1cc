import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "space",
  name: "uniform",
  doc: "A number of the range, evenly likely; whole numbers where the key takes whole numbers.",
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
      doc: "Only every so many numbers from the beginning on; the end must be one of them.",
      default: { derived: "every number between; every whole one where the key takes whole numbers", from: () => null },
      why: "Nobody can tell batches of 17 from batches of 18, and some sizes run faster than others.",
      impact: "low",
    },
  ],
});
