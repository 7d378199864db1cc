import type { Word } from "#dsl/registry.js";
import { averageIsPlain } from "./average.js";

export const word: Word = {
  kind: "metric",
  name: "f1",
  doc: "Harmonic mean of precision and recall.",
  example: "metrics: [f1(macro)]",
  since: "0.1.0",
  capabilities: { greaterIsBetter: true },
  parameters: [
    {
      name: "average",
      type: { is: "choice", of: ["macro", "micro", "weighted", "binary"] },
      doc: "How the labels' scores become one: macro (each label alike), micro (each row alike), weighted (by rows), binary (the second label, or `of`).",
      positional: true,
      default: { derived: "binary with two labels; with more it must be written", from: () => "auto" },
      why: "On three labels or more the averages differ by a lot, so the choice must be seen.",
      impact: "high",
    },
    {
      name: "of",
      type: { is: "text" },
      doc: "The label that counts as positive for `binary`.",
      default: { derived: "the second label", from: () => null },
      why: "Sorted labels put `negative` before `positive`.",
      impact: "medium",
    },
  ],
  check: averageIsPlain,
  load: async () => (await import("./f1.run.js")).f1,
};
