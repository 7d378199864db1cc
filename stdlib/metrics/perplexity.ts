import type { Word } from "#dsl/types/registry.js";

export const word: Word = {
  kind: "metric",
  name: "perplexity",
  doc: "Among how many equally likely tokens the model hesitates: e to the mean loss of a token.",
  example: "metrics: [perplexity]",
  since: "0.2.0",
  elsewhere: { ppl: "perplexity" },
  capabilities: { greaterIsBetter: false, of: ["next_token"] },
  parameters: [],

  load: async () => (await import("./perplexity.run.js")).perplexity,
};
