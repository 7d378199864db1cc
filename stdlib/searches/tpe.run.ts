/**
 * The tree-structured Parzen estimator like Optuna's: settings are modelled jointly (`multivariate`), branches
 * separately (`group`), and running trials count as poor ones (`constant_liar`). It never proposes a tried point.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { SearchDimension, SearchPoint, SearchImplementation, Study } from "./kind.js";
import { activeValues } from "./shared/active-dimensions.js";
import { startingPoint, drawNewPoint, randomNumbersForTrial } from "./shared/random-points.js";
import { rankedCandidates, tpeDensities, type TpeDensities } from "./shared/tpe/candidates.js";
import { dimensionGroups } from "./shared/tpe/groups.js";
import { goodTrialCount, isInformativeTrial, splitTrials } from "./shared/tpe/split.js";
import { triedPointTest } from "./shared/tried-points.js";

/** Maximum draws of all candidates before it falls back on random points. */
const MOST = 20;

export const tpe: SearchImplementation = {
  suggest(call, study, number) {
    const share = randomNumbersForTrial(study.seed, number);
    const known = study.trials.filter(isInformativeTrial);
    const ended = known.filter(({ state }) => state !== "running").length;
    if (ended < Number(call.arguments["startup"])) return startingPoint(study, share);
    const split = splitTrials(known, study.objectives, goodTrialCount(ended, study.objectives));
    const groups = dimensionGroups(study.dimensions).map((dimensions) => ({
      dimensions,
      densities: tpeDensities(dimensions, split, study.objectives),
    }));
    return promising(call, study, groups, share) ?? drawNewPoint(study, share);
  },
};

interface Group {
  readonly dimensions: readonly SearchDimension[];
  readonly densities: TpeDensities;
}

/**
 * Combines the best candidates of all groups, else the second best, and so on. Returns null if all were tried or are
 * not allowed.
 */
function promising(call: Call, study: Study, groups: readonly Group[], share: () => number): SearchPoint | null {
  const isTried = triedPointTest(study);
  const count = Number(call.arguments["candidates"]);
  for (let draw = 0; draw < MOST; draw++) {
    const drawn = groups.map(({ densities }) => rankedCandidates(densities, count, share));
    for (let rank = 0; rank < count; rank++) {
      const values = groups.flatMap(({ dimensions }, g) =>
        dimensions.map((d, i): [string, number] => [d.name, drawn[g]![rank]![i]!]),
      );
      const point = activeValues(study.dimensions, Object.fromEntries(values));
      if (!isTried(point) && study.allows(point)) return point;
    }
  }
  return null;
}
