import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "pearson",
  doc: "How nearly predictions lie on a line with the truth: 1 is a rising line, 0 none at all.",
  example: "metrics: [pearson]",
  elsewhere: { pearsonr: "pearson" },
  capabilities: { better: "greater", outcomes: ["number", "similarity"] },
  parameters: [],
  load: async () => (await import("./pearson.run.js")).pearson,
});
