/** Rate factor `min(1, step / warmup) · (total − step + 1) / total`: it never starts at zero and its last step is above zero. */
import type { ScheduleImplementation } from "../kinds/training.js";
import { warmUp } from "../lib/schedules/warm-up.run.js";

export const linear: ScheduleImplementation = {
  factor: (call, step, total) => warmUp(call, step, total) * ((total - step + 1) / total),
};
