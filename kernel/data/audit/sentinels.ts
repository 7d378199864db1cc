/**
 * Finds numbers that encode a missing score, such as −1 among ratings or 999 among ages, by their value and the gap to
 * the rest.
 */

/** The smallest or greatest score, if no other is near it. */
export interface SentinelScore {
  readonly score: number;
  /** Number of rows with this score. */
  readonly count: number;
  readonly end: "least" | "greatest";
  /** Range of the other scores. */
  readonly least: number;
  readonly greatest: number;
}

/** Maximum share of rows with a sentinel; a more common value is a real score. */
const MOST = 0.2;
/** Minimum gap to the other scores, as a multiple of the widest gap between neighbours in their nearest half. */
const GAP = 1.5;
const isLow = (score: number): boolean => score === -1 || /^-9+$/.test(String(score));
const isHigh = (score: number): boolean => /^9{3,}$/.test(String(score));

/** @param sorted all scores in ascending order */
export function findSentinelScore(sorted: Float64Array): SentinelScore | null {
  const [least, greatest] = [sorted[0]!, sorted[sorted.length - 1]!];
  if (isLow(least)) {
    const count = sorted.findIndex((score) => score !== least);
    const others = sorted.subarray(count);
    // If many rows share a value, that half may hold one value only, so the next value is included.
    const near = others.subarray(
      0,
      Math.max(
        others.length >> 1,
        others.findIndex((one) => one !== others[0]),
      ) + 1,
    );
    if (isApart(count, others) && others[0]! >= 0 && others[0]! - least > GAP * widest(near))
      return { score: least, count, end: "least", least: others[0]!, greatest };
  }
  if (isHigh(greatest)) {
    const last = sorted.findLastIndex((score) => score !== greatest);
    const others = sorted.subarray(0, last + 1);
    const near = others.subarray(
      Math.min(
        others.length >> 1,
        others.findLastIndex((one) => one !== others[last]),
      ),
    );
    const gap = greatest - others[last]!;
    const count = sorted.length - others.length;
    if (isApart(count, others) && gap > GAP * widest(near) && gap >= others[last]! - least)
      return { score: greatest, count, end: "greatest", least, greatest: others[last]! };
  }
  return null;
}

/** If all other scores are equal, there are no gaps to compare with. */
function isApart(count: number, others: Float64Array): boolean {
  return count > 0 && count <= MOST * (count + others.length) && others[0] !== others[others.length - 1];
}
function widest(sorted: Float64Array): number {
  let gap = 0;
  for (let i = 1; i < sorted.length; i++) gap = Math.max(gap, sorted[i]! - sorted[i - 1]!);
  return gap;
}
