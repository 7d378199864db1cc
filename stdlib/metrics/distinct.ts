import { defineWord } from "#dsl/language/types/define.js";
import { wordRunLengthParameters } from "./shared/run-length.js";

export const word = defineWord({
  kind: "metric",
  name: "distinct",
  doc: "Distinct-n: the share of different n-grams among all n-grams of generated words. Small if a model repeats itself; it cannot compare texts of different lengths.",
  example: "metrics: [distinct(2)]",
  elsewhere: {
    distinct_1: "distinct",
    distinct_2: "distinct",
    distinct_n: "distinct",
    diversity: "distinct",
    n: "words",
  },
  capabilities: { better: "greater", perfect: 1, namesDefault: true, outcomes: ["written"] },
  parameters: wordRunLengthParameters(2, "Pairs separate repeated phrases from words that must repeat."),
  load: async () => (await import("./distinct.run.js")).distinct,
});
