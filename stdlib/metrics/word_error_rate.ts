import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "word_error_rate",
  doc: "Words that must be put in, taken out or changed to make what was written what it should be, per word that it should have; over all rows together. Words stand between blanks: where those are phonemes, it is the phoneme error rate.",
  example: "metrics: [word_error_rate]",
  elsewhere: { wer: "word_error_rate", phoneme_error_rate: "word_error_rate" },
  capabilities: { better: "less", outcomes: ["written"] },
  parameters: [],

  load: async () => (await import("./word_error_rate.run.js")).wordErrorRate,
});
