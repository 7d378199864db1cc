/** transformers' `get_cosine_with_min_lr_schedule_with_warmup`: half a cosine from 1 down to `min_lr_rate`. */
import type { ScheduleImplementation } from "../kinds/training.js";
import { halfCosine } from "../lib/schedules/half-cosine.run.js";
import { warmedUp } from "../lib/schedules/warm-up.run.js";

export const cosineWithMinLr: ScheduleImplementation = {
  factor(call, step, total) {
    const given = call.arguments["min_lr_rate"];
    const least = typeof given === "object" && given !== null && "share" in given ? Number(given.share) : 0;
    return warmedUp(call, step, total, (done) => halfCosine(done) * (1 - least) + least);
  },
};
