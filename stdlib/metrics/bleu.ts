import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "bleu",
  doc: "BLEU as sacrebleu has it, 0 to 100: how many runs of one to four words of what is written stand in the target, over all rows; too short a text is punished.",
  example: "metrics: [bleu]",
  capabilities: { better: "greater", perfect: 100, outcomes: ["written"] },
  parameters: [],

  load: async () => (await import("./bleu.run.js")).bleu,
});
