import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "search",
  name: "random",
  doc: "Draws every trial's values independently from their spaces.",
  example: "search: random",
  since: "0.1.0",
  elsewhere: { random_search: "random", RandomSampler: "random" },
  parameters: [],
  load: async () => (await import("./random.run.js")).random,
});
