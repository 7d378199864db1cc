import { defineWord } from "#dsl/language/types/define.js";
import type { ScheduleImplementation } from "../optimizers/kind.js";
import { scheduleAdvice } from "../foreign-names/values.js";
import { halfCosine } from "./shared/half-cosine.js";
import { warmUpFactor, warmUpCapabilities, warmUpAliases, warmUpParameter } from "./shared/warm-up.js";

export const word = defineWord({
  kind: "schedule",
  name: "cosine",
  doc: "The learning rate rises from zero over the warm-up, then falls along half a cosine to zero.",
  example: "schedule: cosine(warmup: 10%)",
  elsewhere: warmUpAliases,
  advice: scheduleAdvice.advice,
  parameters: [warmUpParameter({ share: 0.06 })],
  capabilities: warmUpCapabilities,
  load: () => Promise.resolve(cosine),
});

/** transformers' `get_cosine_schedule_with_warmup`: half a cosine (Loshchilov and Hutter 2017, without restarts). */
const cosine: ScheduleImplementation = {
  factor: (call, step, total) => warmUpFactor(call, step, total, halfCosine),
};
