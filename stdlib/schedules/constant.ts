import { defineWord } from "#dsl/language/types/define.js";
import type { ScheduleImplementation } from "../optimizers/kind.js";
import { warmUpFactor, warmUpCapabilities, warmUpAliases, warmUpParameter } from "./shared/warm-up.js";

export const word = defineWord({
  kind: "schedule",
  name: "constant",
  doc: "The learning rate rises from zero over the warm-up, then stays.",
  example: "schedule: constant(warmup: 0%)",
  elsewhere: warmUpAliases,
  parameters: [warmUpParameter({ share: 0 })],
  capabilities: warmUpCapabilities,
  load: () => Promise.resolve(constant),
});

/** transformers' `get_constant_schedule_with_warmup`: the full rate from the end of the warm-up to the last step. */
const constant: ScheduleImplementation = {
  factor: (call, step, total) => warmUpFactor(call, step, total, () => 1),
};
