/** The number-th point of the scrambled sequence that came up in none before it; by chance where it has no more such, or somebody tried it. */
import type { SearchImplementation } from "./kind.js";
import { newPoint, sharesOf } from "./shared/random-points.js";
import { nthPoint } from "./shared/sobol/nth.js";
import { triedIn } from "./shared/tried-points.js";

export const sobol: SearchImplementation = {
  suggest(_call, study, number) {
    const even = nthPoint(study, number);
    return even && !triedIn(study)(even) ? even : newPoint(study, sharesOf(study.seed, number));
  },
};
