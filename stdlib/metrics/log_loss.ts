import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "log_loss",
  doc: "Mean of −ln of the probability that the true label was given: what sure and wrong answers make great. As scikit-learn has it, none counts as less likely than the least step from 1.",
  example: "metrics: [log_loss, brier_score]",
  elsewhere: { cross_entropy: "log_loss", neg_log_loss: "log_loss", logloss: "log_loss" },
  capabilities: { better: "less", of: ["label"] },
  parameters: [],
  load: async () => (await import("./log_loss.run.js")).logLoss,
});
