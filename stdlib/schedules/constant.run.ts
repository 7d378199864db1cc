/** Full rate from the end of the warm-up to the last step. */
import type { ScheduleImplementation } from "../kinds/training.js";
import { warmUp } from "../lib/schedules/warm-up.run.js";

export const constant: ScheduleImplementation = {
  factor: warmUp,
};
