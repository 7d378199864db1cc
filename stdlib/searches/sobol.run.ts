/** The number-th point of the scrambled sequence that came up in none before it; by chance where it has no more such, or somebody tried it. */
import type { SearchImplementation } from "./kind.js";
import { drawNewPoint, randomShares } from "./shared/random-points.js";
import { nthSobolPoint } from "./shared/sobol/nth.js";
import { triedPointTest } from "./shared/tried-points.js";

export const sobol: SearchImplementation = {
  suggest(_call, study, number) {
    const even = nthSobolPoint(study, number);
    return even && !triedPointTest(study)(even) ? even : drawNewPoint(study, randomShares(study.seed, number));
  },
};
