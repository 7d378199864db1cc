/**
 * Wilson's score interval of a proportion (Wilson, 1927), without continuity correction: valid for few rows and near 0
 * and 1.
 */
import { NORMAL_QUANTILE_95, type ConfidenceInterval } from "./interval.js";

export function wilsonInterval(hits: number, total: number): ConfidenceInterval {
  const share = hits / total;
  const spread = NORMAL_QUANTILE_95 ** 2 / total;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (NORMAL_QUANTILE_95 / (1 + spread)) * Math.sqrt((share * (1 - share)) / total + spread / (4 * total));
  return { low: hits === 0 ? 0 : centre - half, high: hits === total ? 1 : centre + half };
}
