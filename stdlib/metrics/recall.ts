import { defineWord } from "#dsl/language/types/define.js";
import { checkAverage, averageParameters } from "./shared/average.js";

export const word = defineWord({
  kind: "metric",
  name: "recall",
  doc: "Share of the rows with a label that were given it.",
  example: "metrics: [recall(macro)]",
  capabilities: { better: "greater", perfect: 1, outcomes: ["label", "label_set", "pair"] },
  parameters: averageParameters,
  check: checkAverage,
  load: async () => (await import("./recall.run.js")).recall,
});
