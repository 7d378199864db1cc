import { defineWord } from "#dsl/language/types/define.js";
import type { ScheduleImplementation } from "../optimizers/kind.js";
import { warmUpFactor, warmUpCapabilities, warmUpAliases, warmUpParameter } from "./shared/warm-up.js";

export const word = defineWord({
  kind: "schedule",
  name: "linear",
  doc: "The learning rate rises from zero over the warm-up, then falls in a straight line to zero at the end.",
  example: "schedule: linear(warmup: 6%)",
  elsewhere: warmUpAliases,
  parameters: [warmUpParameter({ share: 0.06 })],
  capabilities: warmUpCapabilities,
  load: () => Promise.resolve(linear),
});

/**
 * transformers' `get_linear_schedule_with_warmup`: a linear decrease from the end of the warm-up; it would reach zero
 * one step after the last.
 */
const linear: ScheduleImplementation = {
  factor: (call, step, total) => warmUpFactor(call, step, total, (done) => Math.max(0, 1 - done)),
};
