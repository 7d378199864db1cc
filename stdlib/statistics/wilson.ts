/** Wilson's score interval of a share (Wilson, 1927), without a correction for continuity: it holds for few rows and near 0 and 1. */
import { Z, type Interval } from "./interval.js";

export function wilson(hits: number, of: number): Interval {
  const share = hits / of;
  const spread = Z ** 2 / of;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (Z / (1 + spread)) * Math.sqrt((share * (1 - share)) / of + spread / (4 * of));
  return { low: hits === 0 ? 0 : centre - half, high: hits === of ? 1 : centre + half };
}
