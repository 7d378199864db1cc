import type { PrunerImplementation } from "./kind.js";
import { prunedBelowPercentile } from "./shared/percentile.js";

export const percentile: PrunerImplementation = {
  prunes(call, study, trial, steps) {
    const given = call.arguments["share"];
    const share = typeof given === "object" && given !== null && "share" in given ? Number(given.share) : Number(given);
    const best = `the best ${Number((100 * share).toPrecision(4))} %`;
    return prunedBelowPercentile(
      call,
      share,
      (bar, total) => `${bar}, the bar of ${best} of ${total}`,
      study,
      trial,
      steps,
    );
  },
};
