import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "term",
  name: "product",
  doc: "A product of numbers, such as rows of a batch times batches of an update.",
  example: "where: [at_most(product(batch_size, accumulate), 64)]",
  elsewhere: { times: "product", mul: "product", multiply: "product" },
  capabilities: { compute: (numbers) => numbers.reduce((a, b) => a * b, 1) },
  parameters: [
    {
      name: "of",
      type: { is: "text" },
      doc: "Paths that the sweep varies or its definitions set, and numbers.",
      positional: "rest",
      required: true,
      why: "The limits of a machine are often products.",
      impact: "high",
    },
  ],
});
