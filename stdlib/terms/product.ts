import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "term",
  name: "product",
  doc: "Several numbers multiplied: rows of a batch times batches of an update, say.",
  example: "where: [at_most(product(batch_size, accumulate), 64)]",
  elsewhere: { times: "product", mul: "product", multiply: "product" },
  capabilities: { compute: (numbers) => numbers.reduce((a, b) => a * b, 1) },
  parameters: [
    {
      name: "of",
      type: { is: "text" },
      doc: "Paths of what the sweep varies or its definitions say, and numbers.",
      positional: "rest",
      required: true,
      why: "What a machine has room for is often a product.",
      impact: "high",
    },
  ],
});
