import type { PrunerImplementation } from "./kind.js";
import { prunedBelowPercentile } from "./shared/percentile.js";

export const median: PrunerImplementation = {
  prunes: (call, study, trial, steps) =>
    prunedBelowPercentile(call, 0.5, (bar, total) => `the median ${bar} of ${total}`, study, trial, steps),
};
