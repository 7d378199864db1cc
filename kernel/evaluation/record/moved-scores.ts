/** Scores of two runs by metric and rows: their difference, with an interval if both have one. */
import { independentDifferenceInterval } from "#stdlib/statistics/mover.js";
import { differenceVerdict as verdictOn, type DifferenceVerdict } from "../../inference/measuring/comparison.js";
import type { ListedScore } from "../../runs/history/newest-scores.js";

export interface ScoreDifferenceBetweenRuns {
  readonly metric: string;
  /** For example `tickets.test`. */
  readonly on: string;
  readonly sameRows: boolean;
  readonly here: ListedScore;
  readonly there: ListedScore;
  /** Second minus first; null if one of them is not a number. */
  readonly difference: number | null;
  /**
   * 95 % interval, computed from both intervals as if the rows were independent. Models on the same rows make
   * correlated errors, so it is wider than a paired one (`evaluate a, b`) and never too narrow. Null if one of them has
   * no interval.
   */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Verdict on the second run. */
  readonly verdict: DifferenceVerdict | null;
}

export interface ScoreDifferences {
  readonly moved: readonly ScoreDifferenceBetweenRuns[];
  /** Scores that the other run lacks. */
  readonly here: readonly ListedScore[];
  readonly there: readonly ListedScore[];
}

export function scoreDifferencesOf(here: readonly ListedScore[], there: readonly ListedScore[]): ScoreDifferences {
  const pairs = here.flatMap((one) => {
    const other = there.find((score) => keyOf(score) === keyOf(one) && score.rows === one.rows) ?? null;
    const same = other ?? there.find((score) => keyOf(score) === keyOf(one)) ?? null;
    return same ? [moved(one, same)] : [];
  });
  const lacks = (all: readonly ListedScore[]) => (one: ListedScore) =>
    !all.some((other) => keyOf(other) === keyOf(one));
  return { moved: firstOfEach(pairs), here: here.filter(lacks(there)), there: there.filter(lacks(here)) };
}

/** The newest pair per metric and data name; pairs on the same rows take precedence. */
function firstOfEach(pairs: readonly ScoreDifferenceBetweenRuns[]): readonly ScoreDifferenceBetweenRuns[] {
  const found = new Map<string, ScoreDifferenceBetweenRuns>();
  for (const pair of pairs) {
    const before = found.get(keyOf(pair.here));
    if (!before || (pair.sameRows && !before.sameRows)) found.set(keyOf(pair.here), pair);
  }
  return [...found.values()];
}
const keyOf = ({ metric, on }: ListedScore): string => `${metric} @ ${on}`;

function moved(here: ListedScore, there: ListedScore): ScoreDifferenceBetweenRuns {
  const difference = here.value === null || there.value === null ? null : there.value - here.value;
  const interval = intervalOf(here, there);
  return {
    metric: here.metric,
    on: here.on,
    sameRows: here.rows === there.rows,
    here,
    there,
    difference,
    interval,
    verdict: verdictOf(difference, interval, here.better),
  };
}

function intervalOf(a: ListedScore, b: ListedScore): ScoreDifferenceBetweenRuns["interval"] {
  if (a.value === null || b.value === null) return null;
  if (a.low === null || a.high === null || b.low === null || b.high === null) return null;
  const [first, second] = [
    { value: a.value, interval: { low: a.low, high: a.high } },
    { value: b.value, interval: { low: b.low, high: b.high } },
  ];
  return independentDifferenceInterval(second, first);
}

function verdictOf(
  difference: number | null,
  interval: ScoreDifferenceBetweenRuns["interval"],
  better: ListedScore["better"],
): DifferenceVerdict | null {
  if (difference === null || !interval) return null;
  if (interval.low <= 0 && interval.high >= 0) return "no difference shown";
  return verdictOn(difference, better);
}
