import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "chrf",
  doc: "chrF as sacrebleu has it, 0 to 100: runs of one to six characters that what is written and the target share, recall counting twice; needs no words, so it fits every language.",
  example: "metrics: [chrf]",
  since: "0.2.0",
  capabilities: { greaterIsBetter: true, of: ["written"] },
  parameters: [],

  load: async () => (await import("./chrf.run.js")).chrf,
});
