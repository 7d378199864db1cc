import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "chrf",
  doc: "chrF as computed by sacrebleu, 0 to 100: n-grams of one to six characters shared by the generated text and the target, with recall weighted double; it needs no words, so it works for every language. `chrf(2)` is chrF++, which also counts single words and pairs of words.",
  example: "metrics: [chrf, chrf(2)]",
  capabilities: { better: "greater", perfect: 100, outcomes: ["written"] },
  elsewhere: { "chrf++": "chrf", chrfpp: "chrf", word_order: "words" },
  parameters: [
    {
      name: "words",
      type: { is: "number", integer: true },
      doc: "Maximum length of word n-grams, in addition to those of characters: 0 for chrF, 2 for chrF++.",
      range: { min: 0, max: 4 },
      positional: true,
      default: { value: 0 },
      why: "chrF is the common score; papers on translation report chrF++ (2) as well.",
      impact: "low",
    },
  ],

  load: async () => (await import("./chrf.run.js")).chrf,
});
