/** From scores of resamples to an interval: the percentile bootstrap (Efron, 1979). */
import { CONFIDENCE_LEVEL, type Interval } from "./interval.js";

/** Resamples of which a score has no meaning (a correlation of what doesn't vary) are left out, but not more than this share. */
const MOST_WITHOUT = 0.1;

/** Null: too many have no score. Between two scores lies the line from one to the other, as numpy has it. */
export function percentileInterval(scores: ArrayLike<number>): Interval | null {
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
