import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "loss",
  doc: "What training makes smaller: the mean cross-entropy in nats of the true label or token, of each label of several, of an answer's first and last token, or a score's mean squared error. No probability counts as less than `log_loss` lets it, but a model's own of one label, which go down to 1e-38.",
  example: "metrics: [loss]",
  capabilities: {
    better: "less",
    usual: true,
    ofLoss: true,
    besideLoss: true,
    of: ["label", "next_token", "number", "label_set", "similarity", "pair", "ranking", "answer"],
  },
  parameters: [],

  load: async () => (await import("./loss.run.js")).loss,
});
