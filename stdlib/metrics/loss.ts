import type { Word } from "#dsl/registry.js";

export const word: Word = {
  kind: "metric",
  name: "loss",
  doc: "Mean cross-entropy of the true label, or of each next token, in nats.",
  example: "metrics: [loss]",
  since: "0.1.0",
  capabilities: { greaterIsBetter: false, of: ["label", "next_token", "sequence"] },
  parameters: [],

  load: async () => (await import("./loss.run.js")).loss,
};
