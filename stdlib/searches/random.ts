import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "search",
  name: "random",
  doc: "Draws every trial's values independently from their spaces.",
  example: "search: random",
  elsewhere: { random_search: "random", RandomSampler: "random" },
  parameters: [],
  load: async () => (await import("./random.run.js")).random,
});
