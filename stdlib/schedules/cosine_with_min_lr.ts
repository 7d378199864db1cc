import { defineWord } from "#dsl/language/types/define.js";
import type { ScheduleImplementation } from "../optimizers/kind.js";
import { halfCosine } from "./shared/half-cosine.js";
import { warmUpFactor, warmUpCapabilities, warmUpAliases, warmUpParameter } from "./shared/warm-up.js";

export const word = defineWord({
  kind: "schedule",
  name: "cosine_with_min_lr",
  doc: "The learning rate rises from zero over the warm-up, then falls along half a cosine to a share of itself, at which the training ends.",
  example: "schedule: cosine_with_min_lr(warmup: 10%, min_lr_rate: 10%)",
  elsewhere: {
    ...warmUpAliases,
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
      why: "With a tenth of the highest rate, the last rows still train the model; large language models are commonly trained this way.",
      impact: "low",
      related: ["warmup"],
    },
  ],
  capabilities: warmUpCapabilities,
  load: () => Promise.resolve(cosineWithMinLr),
});

/** transformers' `get_cosine_with_min_lr_schedule_with_warmup`: half a cosine from 1 down to `min_lr_rate`. */
const cosineWithMinLr: ScheduleImplementation = {
  factor(call, step, total) {
    const given = call.arguments["min_lr_rate"];
    const least = typeof given === "object" && given !== null && "share" in given ? Number(given.share) : 0;
    return warmUpFactor(call, step, total, (done) => halfCosine(done) * (1 - least) + least);
  },
};
