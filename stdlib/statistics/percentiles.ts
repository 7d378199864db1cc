/** Computes a percentile bootstrap interval (Efron, 1979) from the scores of resamples. */
import { CONFIDENCE_LEVEL, type ConfidenceInterval } from "./interval.js";

/** Maximum share of resamples without a defined score (a correlation without variance, say); these are left out. */
const MOST_WITHOUT = 0.1;

/** Returns null if too many resamples have no score. Percentiles are interpolated linearly, like numpy. */
export function percentileInterval(scores: ArrayLike<number>): ConfidenceInterval | null {
  const known = Float64Array.from(Array.from(scores).filter((score) => !Number.isNaN(score))).sort();
  if (known.length === 0 || known.length < (1 - MOST_WITHOUT) * scores.length) return null;
  const quantileAt = (share: number): number => {
    const place = share * (known.length - 1);
    const below = Math.floor(place);
    const [low, high] = [known[below]!, known[Math.min(below + 1, known.length - 1)]!];
    return low === high ? low : low + (place - below) * (high - low);
  };
  return { low: quantileAt((1 - CONFIDENCE_LEVEL) / 2), high: quantileAt((1 + CONFIDENCE_LEVEL) / 2) };
}
