import { defineWord } from "#dsl/language/types/define.js";
import { checkAverage, averageParameters } from "./shared/average.js";

export const word = defineWord({
  kind: "metric",
  name: "f1",
  doc: "Harmonic mean of precision and recall.",
  example: "metrics: [f1(macro)]",
  /** `constant`: for label sets, the best constant prediction differs from the likeliest set. */
  capabilities: {
    better: "greater",
    perfect: 1,
    outcomes: ["label", "label_set", "pair"],
    constant: (call) => (["micro", "samples"].includes(call.arguments.average) ? "commonest labels" : "all labels"),
  },
  advice: {
    f1_macro: "write `f1(macro)`",
    f1_micro: "write `f1(micro)`",
    f1_weighted: "write `f1(weighted)`",
    macro_f1: "write `f1(macro)`",
    f1_score: "write `f1`, or `f1(macro)` on three labels and more",
  },
  parameters: averageParameters,
  check: checkAverage,
  load: async () => (await import("./f1.run.js")).f1,
});
