import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "spearman",
  doc: "How nearly predictions stand in the order of the truth: Pearson's correlation of their ranks.",
  example: "metrics: [spearman]",
  elsewhere: { spearmanr: "spearman" },
  capabilities: { better: "greater", outcomes: ["number", "similarity"] },
  parameters: [],
  load: async () => (await import("./spearman.run.js")).spearman,
});
