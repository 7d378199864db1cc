import { defineWord } from "#dsl/language/types/define.js";
import { streamParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "source",
  name: "mix",
  doc: "Rows of several sources, drawn in given proportions by the data's seed: each row is the next one of a randomly chosen source. It ends when the first source is used up, or by request when all are; no row is used twice.",
  example: 'source: mix(csv("a.csv"), jsonl("b.jsonl"), weights: [3, 1])',
  elsewhere: {
    interleave: "mix",
    interleave_datasets: "mix",
    blend: "mix",
    probabilities: "weights",
    stopping_strategy: "until",
  },
  parameters: [
    {
      name: "sources",
      type: { is: "word", kind: "source" },
      doc: "The sources.",
      positional: "rest",
      required: true,
      why: "The sources are named where they are mixed.",
      impact: "high",
    },
    {
      name: "weights",
      type: { is: "list", of: { is: "number" } },
      doc: "How often a row is drawn from each, in their order: `[3, 1]` draws three of four from the first.",
      default: { derived: "all alike", from: () => null },
      why: "By default all sources have the same weight.",
      impact: "high",
    },
    {
      name: "until",
      type: {
        is: "choice",
        of: ["shortest", "longest"],
        elsewhere: { first_exhausted: "shortest", all_exhausted: "longest" },
      },
      means: {
        shortest: "ends with the first source that is used up: proportions hold",
        longest: "continues with the others until all are used up",
      },
      doc: "When to end: with the first source that is used up (`shortest`), or with the last (`longest`; the proportions are exact as long as all have rows).",
      default: { value: "shortest" },
      why: "The proportions hold to the end.",
      impact: "medium",
    },
    streamParameter,
  ],
  load: async () => (await import("./mix.run.js")).mix,
});
