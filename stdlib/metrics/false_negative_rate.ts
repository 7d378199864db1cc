import { defineWord } from "#dsl/language/types/define.js";
import { checkPositiveLabel, positiveParameters } from "./shared/positive.js";

export const word = defineWord({
  kind: "metric",
  name: "false_negative_rate",
  doc: "Share of the rows with a label that are not given it: 1 less the recall.",
  example: "metrics: [false_negative_rate(yes)]",
  elsewhere: { fnr: "false_negative_rate", miss_rate: "false_negative_rate" },
  capabilities: { better: "less", outcomes: ["label", "label_set"], beatsConstant: false },
  parameters: positiveParameters,
  check: checkPositiveLabel,
  load: async () => (await import("./false_negative_rate.run.js")).falseNegativeRate,
});
