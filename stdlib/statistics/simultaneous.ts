/** Simultaneous confidence intervals (Bonferroni's correction). */
import { normalQuantile } from "./normal.js";
import { CONFIDENCE_LEVEL, NORMAL_QUANTILE_95 } from "./interval.js";

/**
 * Returns the factor by which each of `count` intervals is wider than a single 95 % interval, for all to hold in 95 %
 * of cases.
 */
export const simultaneousWidening = (count: number): number =>
  -normalQuantile((1 - CONFIDENCE_LEVEL) / 2 / count) / NORMAL_QUANTILE_95;
