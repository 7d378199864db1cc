import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "chrf",
  doc: "chrF as sacrebleu has it, 0 to 100: runs of one to six characters that what is written and the target share, recall counting twice; needs no words, so it fits every language. `chrf(2)` is chrF++: single words and pairs of them count, too.",
  example: "metrics: [chrf, chrf(2)]",
  capabilities: { better: "greater", perfect: 100, outcomes: ["written"] },
  elsewhere: { "chrf++": "chrf", chrfpp: "chrf", word_order: "words" },
  parameters: [
    {
      name: "words",
      type: { is: "number", integer: true },
      doc: "Runs of so many words at most count beside those of characters: 0 for chrF, 2 for chrF++.",
      range: { min: 0, max: 4 },
      positional: true,
      default: { value: 0 },
      why: "chrF is the common score; papers on translation report chrF++ (2) as well.",
      impact: "low",
    },
  ],

  load: async () => (await import("./chrf.run.js")).chrf,
});
