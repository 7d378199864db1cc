import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "brier_score",
  doc: "Mean squared distance of probabilities from what is true, 0 to 1 with two labels: small where a model is right, and sure no further than it may be. With three labels and more their squares are added up (0 to 2).",
  example: "metrics: [brier_score]",
  elsewhere: { brier: "brier_score", brier_score_loss: "brier_score" },
  capabilities: { better: "less", of: ["label"] },
  parameters: [],
  load: async () => (await import("./brier_score.run.js")).brierScore,
});
