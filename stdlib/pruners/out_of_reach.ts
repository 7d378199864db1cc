import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "pruner",
  name: "out_of_reach",
  doc: "Gives up a trial that can't come to the best one: even the upper end of what its curve foretells stays below it.",
  example: "pruner: out_of_reach(confidence: 95%)",
  elsewhere: { curve_fitting: "out_of_reach", LearningCurveExtrapolation: "out_of_reach" },
  notes: [
    "How far off a forecast may be is measured on the sweep's own finished trials, at the same share of their steps.",
    "It gives up less than `asha`, and seldom what would have been the best.",
  ],
  parameters: [
    {
      name: "confidence",
      type: { is: "number", unit: "share" },
      doc: "How sure the upper end is.",
      range: { min: 0.5, max: 0.999 },
      positional: true,
      default: { value: { share: 0.95 } },
      why: "Of twenty trials that would be the best, about one is given up.",
      impact: "medium",
    },
    {
      name: "startup",
      type: { is: "number", integer: true },
      doc: "How many trials are trained to their end before any is given up.",
      range: { min: 3 },
      default: { value: 5 },
      why: "Only finished trials show how wrong forecasts are.",
      impact: "medium",
    },
  ],
  load: async () => (await import("./out_of_reach.run.js")).outOfReach,
});
