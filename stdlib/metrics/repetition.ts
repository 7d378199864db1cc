import { defineWord } from "#dsl/language/types/define.js";
import { runLengthParameters } from "./shared/run-length.js";

export const word = defineWord({
  kind: "metric",
  name: "repetition",
  doc: "Share of the runs of n words that the same text has had before, mean over the rows: what a model that goes round in circles makes great.",
  example: "metrics: [repetition(4)]",
  elsewhere: { seq_rep: "repetition", seq_rep_4: "repetition", repetition_rate: "repetition", n: "words" },
  capabilities: { better: "less", namesDefault: true, outcomes: ["written"] },
  parameters: runLengthParameters(4, "Four words in the same order hardly come twice by chance."),
  load: async () => (await import("./repetition.run.js")).repetition,
});
