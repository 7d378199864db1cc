import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "source",
  name: "mix",
  doc: "Several sources in given proportions.",
  example: 'source: mix(csv("a.csv"), csv("b.csv"), weights: [3, 1])',
  since: "0.1.0",
  planned: { meanwhile: "put the tables together in a TypeScript cell (`a.concat(b)`) and give the result as `$rows`" },
  parameters: [],
});
