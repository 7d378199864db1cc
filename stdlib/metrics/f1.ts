import type { Word } from "#dsl/registry.js";
import { averageIsPlain, averageParameters } from "./average.js";

export const word: Word = {
  kind: "metric",
  name: "f1",
  doc: "Harmonic mean of precision and recall.",
  example: "metrics: [f1(macro)]",
  since: "0.1.0",
  capabilities: { greaterIsBetter: true, of: ["label", "label_set", "pair"] },
  parameters: averageParameters,
  check: averageIsPlain,
  load: async () => (await import("./f1.run.js")).f1,
};
