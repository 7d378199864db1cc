/** Numbers that stand for a missing score, such as −1 among ratings or 999 among ages: found by their value and the gap beside them. */

/** A score that is the least or the greatest and that no other comes near. */
export interface SentinelScore {
  readonly score: number;
  /** How many rows have it. */
  readonly count: number;
  readonly end: "least" | "greatest";
  /** The range of the other scores. */
  readonly least: number;
  readonly greatest: number;
}

/** What is more common than that is a score. */
const MOST = 0.2;
/** So many times the widest gap between neighbours in the half of the other scores that lies next to it. */
const GAP = 1.5;
const isLow = (score: number): boolean => score === -1 || /^-9+$/.test(String(score));
const isHigh = (score: number): boolean => /^9{3,}$/.test(String(score));

/** @param sorted all scores, the least first */
export function findSentinelScore(sorted: Float64Array): SentinelScore | null {
  const [least, greatest] = [sorted[0]!, sorted[sorted.length - 1]!];
  if (isLow(least)) {
    const count = sorted.findIndex((score) => score !== least);
    const others = sorted.subarray(count);
    // Of values that many rows have, the half may hold one alone: the next one counts too.
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

/** Where all others are one value there is nothing to tell gaps by. */
function isApart(count: number, others: Float64Array): boolean {
  return count > 0 && count <= MOST * (count + others.length) && others[0] !== others[others.length - 1];
}
function widest(sorted: Float64Array): number {
  let gap = 0;
  for (let i = 1; i < sorted.length; i++) gap = Math.max(gap, sorted[i]! - sorted[i - 1]!);
  return gap;
}
