import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "character_error_rate",
  doc: "How many characters must be put in, taken out or changed to make what is written the target (Levenshtein's distance), through the characters of the targets; 0 is perfect, and it may exceed 1.",
  example: "metrics: [character_error_rate]",
  elsewhere: {
    cer: "character_error_rate",
  },
  capabilities: { better: "less", outcomes: ["written"] },
  parameters: [],
  load: async () => (await import("./character_error_rate.run.js")).characterErrorRate,
});
