/**
 * The tree-structured Parzen estimator as Optuna has it: several settings together (`multivariate`), those of a branch by
 * themselves (`group`), trials that still run counted among the poor ones (`constant_liar`). It never proposes what was tried.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { Dimension, Point, SearchImplementation, Study } from "./kind.js";
import { activeOnly } from "./shared/active-dimensions.js";
import { firstPoints, newPoint, sharesOf } from "./shared/random-points.js";
import { candidatesOf, densitiesOf, type Densities } from "./shared/tpe/candidates.js";
import { groupsOf } from "./shared/tpe/groups.js";
import { goodOf, isKnown, splitTrials } from "./shared/tpe/split.js";
import { triedIn } from "./shared/tried-points.js";

/** Draws of all candidates before chance takes over. */
const MOST = 20;

export const tpe: SearchImplementation = {
  suggest(call, study, number) {
    const share = sharesOf(study.seed, number);
    const known = study.trials.filter(isKnown);
    const ended = known.filter(({ state }) => state !== "running").length;
    if (ended < Number(call.arguments["startup"])) return firstPoints(study, share);
    const split = splitTrials(known, study.objectives, goodOf(ended, study.objectives));
    const groups = groupsOf(study.dimensions).map((dimensions) => ({
      dimensions,
      densities: densitiesOf(dimensions, split, study.objectives),
    }));
    return promising(call, study, groups, share) ?? newPoint(study, share);
  },
};

interface Group {
  readonly dimensions: readonly Dimension[];
  readonly densities: Densities;
}

/** The best candidates of all groups, else the second best, and so on; null: they were tried, or may not stand together. */
function promising(call: Call, study: Study, groups: readonly Group[], share: () => number): Point | null {
  const isTried = triedIn(study);
  const count = Number(call.arguments["candidates"]);
  for (let draw = 0; draw < MOST; draw++) {
    const drawn = groups.map(({ densities }) => candidatesOf(densities, count, share));
    for (let rank = 0; rank < count; rank++) {
      const values = groups.flatMap(({ dimensions }, g) =>
        dimensions.map((d, i): [string, number] => [d.name, drawn[g]![rank]![i]!]),
      );
      const point = activeOnly(study.dimensions, Object.fromEntries(values));
      if (!isTried(point) && study.allows(point)) return point;
    }
  }
  return null;
}
