/** transformers' `get_cosine_schedule_with_warmup`: half a cosine (Loshchilov and Hutter 2017, without restarts). */
import type { ScheduleImplementation } from "../kinds/training.js";
import { halfCosine } from "../lib/schedules/half-cosine.run.js";
import { warmedUp } from "../lib/schedules/warm-up.run.js";

export const cosine: ScheduleImplementation = {
  factor: (call, step, total) => warmedUp(call, step, total, halfCosine),
};
