/** transformers' `get_constant_schedule_with_warmup`: the full rate from the end of the warm-up to the last step. */
import type { ScheduleImplementation } from "../kinds/training.js";
import { warmedUp } from "../lib/schedules/warm-up.run.js";

export const constant: ScheduleImplementation = {
  factor: (call, step, total) => warmedUp(call, step, total, () => 1),
};
