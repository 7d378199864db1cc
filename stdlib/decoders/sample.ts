import { defineWord } from "#dsl/language/types/define.js";
import { repetitionPenaltyParameter } from "./shared/settings.js";

export const word = defineWord({
  kind: "decoder",
  name: "sample",
  doc: "Draws each token by its probability: livelier than `greedy`, and another text for another seed. Penalty, temperature, top_k and top_p apply in this order.",
  example: 'predict writer on "Once upon a time" { decode: sample(temperature: 0.7, top_p: 0.9) }',
  parameters: [
    {
      name: "temperature",
      type: { is: "number" },
      doc: "Scores are divided by it before the draw: below 1 the likely becomes likelier, above 1 the unlikely. For facts 0.2 to 0.7; for no chance at all use `greedy`.",
      range: { min: 0, exclusive: true },
      default: { value: 1 },
      why: "1 draws from the distribution that the model learned.",
      impact: "high",
      related: ["top_p", "top_k"],
    },
    {
      name: "top_k",
      type: { is: "number", integer: true },
      doc: "Draws only from this many of the likeliest tokens; 0: all.",
      range: { min: 0 },
      default: { value: 0 },
      why: "0 does not change the model's distribution; other tools use 50.",
      impact: "medium",
      related: ["top_p"],
    },
    {
      name: "top_p",
      type: { is: "number" },
      doc: "Draws only from the likeliest tokens that together have this probability; 1: all. 0.9 to 0.95 excludes the long tail of unlikely tokens.",
      range: { min: 0, max: 1 },
      default: { value: 1 },
      why: "1 does not change the model's distribution.",
      impact: "medium",
      related: ["top_k"],
    },
    repetitionPenaltyParameter,
    {
      name: "seed",
      type: { is: "number", integer: true },
      doc: "The same seed draws the same tokens, whatever else is in the batch.",
      range: { min: 0 },
      default: { value: 0 },
      why: "A fixed seed gives the same text on every run.",
      impact: "low",
    },
  ],
  load: async () => (await import("./sample.run.js")).sample,
});
