import { defineWord } from "#dsl/types/define.js";
import { warmUpCapabilities, warmUpElsewhere, warmUpParameter } from "../lib/schedules/warm-up.js";

export const word = defineWord({
  kind: "schedule",
  name: "cosine_with_min_lr",
  doc: "The learning rate rises from zero over the warm-up, then falls along half a cosine to a share of itself, at which the training ends.",
  example: "schedule: cosine_with_min_lr(warmup: 10%, min_lr_rate: 10%)",
  elsewhere: {
    ...warmUpElsewhere,
    cosine_warmup_with_min_lr: "cosine_with_min_lr",
    cosine_min_lr_ratio: "min_lr_rate",
  },
  advice: { min_lr: "write its share of the learning rate: `min_lr_rate: 10%`" },
  parameters: [
    warmUpParameter({ share: 0.06 }),
    {
      name: "min_lr_rate",
      type: { is: "number", unit: "share" },
      doc: "Share of the highest rate to which it falls.",
      range: { min: 0, max: 1 },
      default: { value: { share: 0.1 } },
      why: "A tenth of the highest rate keeps the last rows teaching; large language models are commonly trained so.",
      impact: "low",
      related: ["warmup"],
    },
  ],
  capabilities: warmUpCapabilities,
  load: async () => (await import("./cosine_with_min_lr.run.js")).cosineWithMinLr,
});
