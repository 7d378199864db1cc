/** Intervals of which all shall hold at once (Bonferroni's correction). */
import { normalQuantile } from "./normal.js";
import { CONFIDENCE_LEVEL, NORMAL_QUANTILE_95 } from "./interval.js";

/** How many times as far out as those of one 95 % interval the ends of each of `count` lie, for all to hold in 95 % of cases. */
export const simultaneousWidening = (count: number): number =>
  -normalQuantile((1 - CONFIDENCE_LEVEL) / 2 / count) / NORMAL_QUANTILE_95;
