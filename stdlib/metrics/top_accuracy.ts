import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "top_accuracy",
  doc: "Share of rows whose label is among the so many likeliest ones: what a list of suggestions is worth.",
  example: "metrics: [accuracy, top_accuracy(3)]",
  elsewhere: { top_k_accuracy: "top_accuracy", top_k_accuracy_score: "top_accuracy", top_k: "places", k: "places" },
  advice: { top_5_accuracy: "write `top_accuracy(5)`", top_3_accuracy: "write `top_accuracy(3)`" },
  capabilities: { better: "greater", perfect: 1, of: ["label"], share: true },
  parameters: [
    {
      name: "places",
      type: { is: "number", integer: true },
      doc: "How many labels are looked at.",
      range: { min: 1 },
      positional: true,
      required: true,
      why: "One place is accuracy; as many as there are labels find everything.",
      impact: "high",
    },
  ],
  load: async () => (await import("./top_accuracy.run.js")).topAccuracy,
});
