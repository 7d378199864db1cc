/**
 * Sobol search: proposes the `number`-th distinct point of the scrambled sequence. If the sequence has no more points,
 * or the point was tried already, it proposes a random one.
 */
import type { SearchImplementation } from "./kind.js";
import { drawNewPoint, randomNumbersForTrial } from "./shared/random-points.js";
import { nthSobolSearchPoint } from "./shared/sobol/sequence.js";
import { triedPointTest } from "./shared/tried-points.js";

export const sobol: SearchImplementation = {
  suggest(_call, study, number) {
    const even = nthSobolSearchPoint(study, number);
    return even && !triedPointTest(study)(even) ? even : drawNewPoint(study, randomNumbersForTrial(study.seed, number));
  },
};
