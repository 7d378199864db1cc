import type { Word } from "#dsl/registry.js";

export const word: Word = {
  kind: "schedule",
  name: "cosine",
  doc: "The learning rate rises over the warm-up, then falls along half a cosine to zero.",
  example: "schedule: cosine(warmup: 10%)",
  since: "0.1.0",
  elsewhere: { warmup_ratio: "warmup", warmup_steps: "warmup", num_warmup_steps: "warmup" },
  parameters: [
    {
      name: "warmup",
      type: { is: "number", unit: "share-or-count" },
      doc: "Share of all steps, or number of steps, over which the rate rises from zero.",
      range: { min: 0 },
      default: { value: { share: 0.06 } },
      why: "A short warm-up lets AdamW's second moments settle before full steps are taken.",
      impact: "low",
      related: ["learning_rate"],
    },
  ],
  load: async () => (await import("./cosine.run.js")).cosine,
};
