/** The number-th point of the scrambled sequence that came up in none before it; by chance where it has no more such, or somebody tried it. */
import type { SearchImplementation } from "../kinds/search.js";
import { newPoint, sharesOf } from "../lib/search/drawn.js";
import { nthPoint } from "../lib/search/sobol/nth.js";
import { triedIn } from "../lib/search/tried.js";

export const sobol: SearchImplementation = {
  suggest(_call, study, number) {
    const even = nthPoint(study, number);
    return even && !triedIn(study)(even) ? even : newPoint(study, sharesOf(study.seed, number));
  },
};
