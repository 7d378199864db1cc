import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "space",
  name: "log",
  doc: "A number of the range, evenly likely on a logarithmic scale.",
  example: "optimizer.learning_rate: log(1e-5..1e-2)",
  elsewhere: { loguniform: "log", log_uniform: "log" },
  capabilities: { distribution: "log" },
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
      why: "Learning rates differ by factors, not by sums.",
      impact: "high",
    },
  ],
});
