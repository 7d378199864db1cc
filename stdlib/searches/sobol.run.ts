/** The number-th point of the scrambled sequence that came up in none before it; by chance where it has no more such. */
import type { SearchImplementation } from "../kinds/search.js";
import { newPoint, sharesOf } from "../lib/search/drawn.js";
import { nthPoint } from "../lib/search/sobol/nth.js";

export const sobol: SearchImplementation = {
  suggest: (_call, study, number) => nthPoint(study, number) ?? newPoint(study, sharesOf(study.seed, number)),
};
