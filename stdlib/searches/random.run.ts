/**
 * Independent draws: trial n of a seed is the same whatever ran before it, so an interrupted sweep goes on exactly. Only where
 * its values were tried, as few values soon are, it is drawn again.
 */
import type { SearchImplementation } from "./kind.js";
import { drawNewPoint, randomShares } from "./shared/random-points.js";

export const random: SearchImplementation = {
  suggest: (_call, study, number) => drawNewPoint(study, randomShares(study.seed, number)),
};
