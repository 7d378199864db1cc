import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "perplexity",
  doc: "Among how many equally likely tokens the model hesitates: e to the mean loss of a token.",
  example: "metrics: [perplexity]",
  elsewhere: { ppl: "perplexity" },
  capabilities: { better: "less", ofLoss: true, of: ["next_token"] },
  parameters: [],

  load: async () => (await import("./perplexity.run.js")).perplexity,
});
