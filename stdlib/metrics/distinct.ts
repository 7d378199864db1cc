import { defineWord } from "#dsl/language/types/define.js";
import { runLengthParameters } from "./shared/run-length.js";

export const word = defineWord({
  kind: "metric",
  name: "distinct",
  doc: "Distinct-n: of all runs of n words that were written, the share that differ. Small where a model says the same again and again; texts of other lengths can't be compared by it.",
  example: "metrics: [distinct(2)]",
  elsewhere: {
    distinct_1: "distinct",
    distinct_2: "distinct",
    distinct_n: "distinct",
    diversity: "distinct",
    n: "words",
  },
  capabilities: { better: "greater", perfect: 1, namesDefault: true, outcomes: ["written"] },
  parameters: runLengthParameters(2, "Pairs separate repeated phrases from words that must repeat."),
  load: async () => (await import("./distinct.run.js")).distinct,
});
