/**
 * The difference between parts of scored rows: the greatest score minus the smallest. Parts have no rows in common, so
 * the interval follows from those of the parts. With more than two parts, the pair was chosen because it differs most.
 * All pairs then get simultaneous intervals. The largest true difference lies between the greatest of their lower ends
 * and the greatest of their upper ends, whichever pair it belongs to. A plain interval of the chosen pair would claim a
 * difference far too often.
 */
import type { ConfidenceInterval } from "#stdlib/statistics/interval.js";
import { independentDifferenceInterval, type ValueWithInterval } from "#stdlib/statistics/mover.js";
import { simultaneousWidening } from "#stdlib/statistics/simultaneous.js";

export interface ScoreOfRowPart {
  readonly name: string;
  readonly value: number;
  readonly interval: ConfidenceInterval | null;
}
export interface ScoreDifferenceOfParts {
  /** Names of the parts with the greatest and the smallest score. */
  readonly greatest: string;
  readonly least: string;
  readonly value: number;
  readonly interval: ConfidenceInterval | null;
  /** Null without an interval: no claim is made. */
  readonly verdict: "differs" | "no difference shown" | null;
  readonly parts: number;
  /** A part without an interval, which is why the difference has none. */
  readonly without?: string;
}

/** Returns null if fewer than two parts have a score. */
export function largestScoreDifference(scores: readonly ScoreOfRowPart[]): ScoreDifferenceOfParts | null {
  const known = scores.filter(({ value }) => !Number.isNaN(value));
  if (known.length < 2) return null;
  const greatest = known.reduce((a, b) => (b.value > a.value ? b : a));
  const least = known.filter((one) => one !== greatest).reduce((a, b) => (b.value < a.value ? b : a));
  const named = {
    greatest: greatest.name,
    least: least.name,
    value: greatest.value - least.value,
    parts: known.length,
  };
  const ranged = known.flatMap(({ value, interval }) => (interval ? [{ value, interval }] : []));
  const without = known.find(({ interval }) => interval === null);
  if (without) return { ...named, interval: null, verdict: null, without: without.name };
  const interval = known.length === 2 ? ofTwo(greatest, least) : largestOf(ranged);
  const apart = interval !== null && (interval.low > 0 || interval.high < 0);
  return { ...named, interval, verdict: apart ? "differs" : "no difference shown" };
}

function ofTwo(first: ScoreOfRowPart, second: ScoreOfRowPart): ConfidenceInterval | null {
  if (!first.interval || !second.interval) return null;
  return independentDifferenceInterval(
    { ...first, interval: first.interval },
    { ...second, interval: second.interval },
  );
}

/** A largest difference is not below 0, so neither is its interval. */
function largestOf(parts: readonly ValueWithInterval[]): ConfidenceInterval {
  const widened = simultaneousWidening((parts.length * (parts.length - 1)) / 2);
  let [low, high] = [0, 0];
  for (const first of parts)
    for (const second of parts) {
      if (first === second) continue;
      const ends = independentDifferenceInterval(first, second, widened);
      [low, high] = [Math.max(low, ends.low), Math.max(high, ends.high)];
    }
  return { low, high };
}
