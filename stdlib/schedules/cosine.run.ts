/** Source: Loshchilov and Hutter 2017, without restarts; the warm-up is linear. */
import type { ScheduleImplementation } from "../kinds/training.js";
import { warmUp, warmUpSteps } from "../lib/schedules/warm-up.run.js";

export const cosine: ScheduleImplementation = {
  factor(call, step, total) {
    const warmup = warmUpSteps(call, total);
    const progress = Math.max(0, step - 1 - warmup) / Math.max(1, total - warmup);
    return warmUp(call, step, total) * 0.5 * (1 + Math.cos(Math.PI * progress));
  },
};
