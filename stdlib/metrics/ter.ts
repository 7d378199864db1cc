import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "ter",
  doc: "Translation edit rate as sacrebleu has it: how many words must be put in, taken out, changed, or moved with their neighbours to make what is written the target, for 100 words of the targets; 0 is perfect, and it may exceed 100. Case doesn't count.",
  example: "metrics: [bleu, chrf, ter]",
  elsewhere: { translation_edit_rate: "ter" },
  capabilities: { better: "less", outcomes: ["written"] },
  parameters: [],
  load: async () => (await import("./ter.run.js")).ter,
});
