/** Independent draws: trial n of a seed is the same whatever ran before it, so an interrupted sweep goes on exactly. */
import type { SearchImplementation } from "../kinds/search.js";
import { drawnPoint, sharesOf } from "../lib/search/drawn.js";

export const random: SearchImplementation = {
  suggest: (_call, study, number) => drawnPoint(study, sharesOf(study.seed, number)),
};
