/**
 * Finds scores so far from the others that they make up a large share of the variance: typing errors, sentinels such as
 * 99999, other units.
 */
import type { OutlyingScores } from "#dsl/language/types/audit-facts.js";
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import { compareRowNames } from "../row/row.js";
import { findSentinelScore } from "./sentinels.js";
import { GrowingArray } from "../rows/growing.js";

/** Minimum rows: with fewer, one score is often far from the others by chance. */
const FEWEST = 20;
/** Maximum number of outliers: this share of the rows, at least one, and never more than `some`. */
const MOST = { share: 0.05, some: 8 } as const;
/**
 * Minimum distance of outliers from the mean of the other scores: in standard deviations of these, and as a multiple of
 * their furthest score (skewed scores have no such gap). `share`: minimum share of the variance that all outliers make
 * up.
 */
const FAR = { deviations: 10, gap: 3, share: 0.25 } as const;
/**
 * Weaker limits for further scores once outliers were found, regardless of their share of the variance: errors rarely
 * come alone.
 */
const DOUBTFUL = { deviations: 5, gap: 2 } as const;

interface Scored {
  readonly row: RowIdentifier;
  readonly score: number;
}

/** Keeps every score, and the names of the rows with the smallest and greatest ones. */
export class ExtremeScoreCollector {
  private readonly all = new GrowingArray(Float64Array);
  private least: readonly Scored[] = [];
  private greatest: readonly Scored[] = [];

  /** @param name called only for scores at either end */
  add(score: number, name: () => RowIdentifier): void {
    this.all.push(score);
    if (isAmong(this.least, score, -1)) this.least = among(this.least, { row: name(), score }, -1);
    if (isAmong(this.greatest, score, 1)) this.greatest = among(this.greatest, { row: name(), score }, 1);
  }

  found(): OutlyingScores | null {
    const sorted = this.all.values().slice().sort();
    if (sorted.length < FEWEST) return null;
    const most = Math.min(MOST.some, Math.max(1, Math.floor(MOST.share * sorted.length)));
    const furthest = endsFirst(sorted, most);
    const total = momentsOf(sorted);
    for (let count = most; count > 0; count--) {
      const { below, above, nearest } = furthest[count - 1]!;
      const others = sorted.subarray(below, sorted.length - above);
      const { mean, squares } = momentsOf(others);
      const spread = Math.sqrt(squares / others.length);
      const rows = [...this.least.slice(0, below), ...this.greatest.slice(0, above)];
      const share = rows.reduce((sum, { score }) => sum + (score - total.mean) ** 2, 0) / total.squares;
      // Without spread, the others have a single value, such as 0 for rare events: no outliers.
      const [least, greatest] = [others[0]!, others[others.length - 1]!];
      const far = Math.max(FAR.deviations * spread, FAR.gap * Math.max(mean - least, greatest - mean));
      if (spread === 0 || Math.abs(nearest - mean) < far || !(share >= FAR.share)) continue;
      const doubtful = this.doubtfulAmong(others, most, { below, above });
      return {
        rows: rows.toSorted((a, b) => Math.abs(b.score - mean) - Math.abs(a.score - mean)),
        share,
        of: sorted.length,
        least,
        greatest,
        ...doubtful,
      };
    }
    return this.sentinels(sorted, total);
  }

  private sentinels(
    sorted: Float64Array,
    total: { readonly mean: number; readonly squares: number },
  ): OutlyingScores | null {
    const found = findSentinelScore(sorted);
    if (!found) return null;
    const { score, count, end, least, greatest } = found;
    const rows = this[end].filter((one) => one.score === score).sort((a, b) => compareRowNames(a.row, b.row));
    const share = (count * (score - total.mean) ** 2) / total.squares;
    return { rows, share, of: sorted.length, least, greatest, ...(count > rows.length && { count }) };
  }

  /** Returns further extreme scores that are not outliers by the strict limits, with the range of the rest. */
  private doubtfulAmong(
    others: Float64Array,
    most: number,
    skipped: { readonly below: number; readonly above: number },
  ): Pick<OutlyingScores, "doubtful" | "least" | "greatest"> | null {
    for (const { below, above, nearest } of endsFirst(others, most).toReversed()) {
      const rest = others.subarray(below, others.length - above);
      const { mean, squares } = momentsOf(rest);
      const [least, greatest] = [rest[0]!, rest[rest.length - 1]!];
      const spread = Math.sqrt(squares / rest.length);
      const far = Math.max(DOUBTFUL.deviations * spread, DOUBTFUL.gap * Math.max(mean - least, greatest - mean));
      if (spread > 0 && Math.abs(nearest - mean) >= far)
        return { doubtful: this.ends(skipped, { below, above }), least, greatest };
    }
    const negative = others.findIndex((score) => score >= 0);
    if (negative < 1 || negative > most) return null;
    const [least, greatest] = [others[negative]!, others[others.length - 1]!];
    return { doubtful: this.ends(skipped, { below: negative, above: 0 }), least, greatest };
  }
  /** Returns rows at both ends, after the skipped ones. */
  private ends(
    skipped: { readonly below: number; readonly above: number },
    { below, above }: { readonly below: number; readonly above: number },
  ): readonly Scored[] {
    return [
      ...this.least.slice(skipped.below, skipped.below + below),
      ...this.greatest.slice(skipped.above, skipped.above + above),
    ];
  }
}

/**
 * For the 1 … `most` scores furthest from the median: how many lie below and above, and the one nearest to the median.
 */
function endsFirst(
  sorted: Float64Array,
  most: number,
): readonly { readonly below: number; readonly above: number; readonly nearest: number }[] {
  const median = sorted[sorted.length >> 1]!;
  let [below, above] = [0, 0];
  return Array.from({ length: most }, () => {
    const [low, high] = [sorted[below]!, sorted[sorted.length - 1 - above]!];
    const nearest = median - low > high - median ? low : high;
    if (nearest === low) below++;
    else above++;
    return { below, above, nearest };
  });
}

function momentsOf(scores: Float64Array): { readonly mean: number; readonly squares: number } {
  let mean = 0;
  scores.forEach((score, i) => (mean += (score - mean) / (i + 1)));
  return { mean, squares: scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) };
}

function isAmong(ends: readonly Scored[], score: number, sign: 1 | -1): boolean {
  return ends.length < 2 * MOST.some || sign * (score - ends[ends.length - 1]!.score) > 0;
}
function among(ends: readonly Scored[], one: Scored, sign: 1 | -1): readonly Scored[] {
  return [...ends, one].sort((a, b) => sign * (b.score - a.score)).slice(0, 2 * MOST.some);
}
