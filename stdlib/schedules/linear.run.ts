/** transformers' `get_linear_schedule_with_warmup`: a straight fall from the end of the warm-up; zero would be a step after the last. */
import type { ScheduleImplementation } from "../kinds/training.js";
import { warmedUp } from "../lib/schedules/warm-up.run.js";

export const linear: ScheduleImplementation = {
  factor: (call, step, total) => warmedUp(call, step, total, (done) => Math.max(0, 1 - done)),
};
