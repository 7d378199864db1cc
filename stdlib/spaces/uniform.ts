import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "space",
  name: "uniform",
  doc: "A number of the range, evenly likely; whole numbers where the key takes whole numbers.",
  example: "dropout: uniform(0..0.3)",
  since: "0.1.0",
  elsewhere: { quniform: "uniform", randint: "uniform" },
  capabilities: { space: "uniform" },
  parameters: [
    {
      name: "range",
      type: { is: "range", of: { is: "number" } },
      doc: "From the least to the greatest, both included.",
      positional: true,
      required: true,
      why: "Rates and shares differ by sums.",
      impact: "high",
    },
  ],
});
