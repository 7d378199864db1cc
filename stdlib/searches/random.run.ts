/**
 * Independent draws: trial n of a seed is the same whatever ran before it, so that an interrupted sweep continues
 * exactly. It is drawn again only if its values were already tried, which soon happens with few possible values.
 */
import type { SearchImplementation } from "./kind.js";
import { drawNewPoint, randomNumbersForTrial } from "./shared/random-points.js";

export const random: SearchImplementation = {
  suggest: (_call, study, number) => drawNewPoint(study, randomNumbersForTrial(study.seed, number)),
};
