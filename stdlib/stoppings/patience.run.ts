/** Stops after `validations` values in a row that did not beat the best before them by more than `by`. */
import type { StoppingImplementation } from "../kinds/training.js";

export const patience: StoppingImplementation = {
  stop(call, values) {
    const allowed = Number(call.arguments["validations"]);
    const by = Number(call.arguments["by"]);
    const sign = call.arguments["metric"] === "loss" ? -1 : 1;
    let best = Number.NEGATIVE_INFINITY;
    let since = 0;
    for (const value of values) {
      const score = Number.isNaN(value) ? Number.NEGATIVE_INFINITY : sign * value;
      if (score > best + by || (best === Number.NEGATIVE_INFINITY && score > best)) {
        best = score;
        since = 0;
      } else since += 1;
    }
    return since >= allowed;
  },
};
