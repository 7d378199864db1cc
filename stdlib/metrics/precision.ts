import { defineWord } from "#dsl/language/types/define.js";
import { averageIsPlain, averageParameters } from "./shared/average.js";

export const word = defineWord({
  kind: "metric",
  name: "precision",
  doc: "Share of the rows given a label that truly have it.",
  example: "metrics: [precision(macro)]",
  capabilities: { better: "greater", perfect: 1, of: ["label", "label_set", "pair"] },
  parameters: averageParameters,
  check: averageIsPlain,
  load: async () => (await import("./precision.run.js")).precision,
});
