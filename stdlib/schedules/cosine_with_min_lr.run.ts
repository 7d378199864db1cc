/** transformers' `cosine_with_min_lr`: half a cosine from 1 down to `min_lr_rate`; the warm-up is linear. */
import type { ScheduleImplementation } from "../kinds/training.js";
import { warmUp, warmUpSteps } from "../lib/schedules/warm-up.run.js";

export const cosineWithMinLr: ScheduleImplementation = {
  factor(call, step, total) {
    const given = call.arguments["min_lr_rate"];
    const least = typeof given === "object" && given !== null && "share" in given ? Number(given.share) : 0;
    const warmup = warmUpSteps(call, total);
    const progress = Math.max(0, step - 1 - warmup) / Math.max(1, total - warmup);
    const fallen = 0.5 * (1 + Math.cos(Math.PI * progress));
    return warmUp(call, step, total) * (fallen * (1 - least) + least);
  },
};
