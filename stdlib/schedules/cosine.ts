import { defineWord } from "#dsl/language/types/define.js";
import type { ScheduleImplementation } from "../optimizers/kind.js";
import { schedules } from "../foreign-names/values.js";
import { halfCosine } from "./shared/half-cosine.js";
import { warmedUp, warmUpCapabilities, warmUpElsewhere, warmUpParameter } from "./shared/warm-up.js";

export const word = defineWord({
  kind: "schedule",
  name: "cosine",
  doc: "The learning rate rises from zero over the warm-up, then falls along half a cosine to zero.",
  example: "schedule: cosine(warmup: 10%)",
  elsewhere: warmUpElsewhere,
  advice: schedules.advice,
  parameters: [warmUpParameter({ share: 0.06 })],
  capabilities: warmUpCapabilities,
  load: () => Promise.resolve(cosine),
});

/** transformers' `get_cosine_schedule_with_warmup`: half a cosine (Loshchilov and Hutter 2017, without restarts). */
const cosine: ScheduleImplementation = {
  factor: (call, step, total) => warmedUp(call, step, total, halfCosine),
};
