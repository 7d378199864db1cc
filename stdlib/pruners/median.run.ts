import type { PrunerImplementation } from "./kind.js";
import { belowPercentile } from "./shared/percentile.js";

export const median: PrunerImplementation = {
  prunes: (call, study, trial, steps) =>
    belowPercentile(call, 0.5, (bar, of) => `the median ${bar} of ${of}`, study, trial, steps),
};
