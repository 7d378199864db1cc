import { defineWord } from "#dsl/language/types/define.js";
import { checkAverage, averageParameters } from "./shared/average.js";

export const word = defineWord({
  kind: "metric",
  name: "precision",
  doc: "Share of the rows given a label that truly have it.",
  example: "metrics: [precision(macro)]",
  capabilities: { better: "greater", perfect: 1, outcomes: ["label", "label_set", "pair"] },
  parameters: averageParameters,
  check: checkAverage,
  load: async () => (await import("./precision.run.js")).precision,
});
