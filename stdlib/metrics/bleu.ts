import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "bleu",
  doc: "BLEU as computed by sacrebleu, 0 to 100: the n-grams of one to four words of the generated text that also occur in the target, over all rows; texts that are too short are penalised.",
  example: "metrics: [bleu]",
  capabilities: { better: "greater", perfect: 100, outcomes: ["written"] },
  parameters: [],

  load: async () => (await import("./bleu.run.js")).bleu,
});
