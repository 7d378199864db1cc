/** Stops after `validations` scores in a row that did not beat the best before them by more than `by`. */
import type { StoppingImplementation } from "../kinds/training.js";

export const patience: StoppingImplementation = {
  stop(call, scores) {
    const allowed = Number(call.arguments["validations"]);
    const by = Number(call.arguments["by"]);
    let best = Number.NEGATIVE_INFINITY;
    let since = 0;
    for (const value of scores) {
      const score = Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
      if (score > best + by || (best === Number.NEGATIVE_INFINITY && score > best)) {
        best = score;
        since = 0;
      } else since += 1;
    }
    return since >= allowed;
  },
};
