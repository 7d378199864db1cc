/**
 * What the choice of a winner takes from its lead: the best of many candidates, and of each the best of its epochs, was chosen by
 * the rows on which it is then compared, so that without any skill it is ahead by more than one look would explain.
 */
import type { RankingDirection } from "#dsl/language/types/capabilities/metric.js";
import type { Interval } from "#stdlib/statistics/interval.js";
import { simultaneousWidening } from "#stdlib/statistics/simultaneous.js";
import type { TrialRecord } from "../trial.js";
import type { ContestantDifference } from "./auto.js";

/** Of how many scores of the same rows the best one was kept. `keepsBest`: weights are those of the best validation. */
export function scoreLookCount(
  trials: readonly Pick<TrialRecord, "score" | "reports">[],
  { keepsBest }: { readonly keepsBest: boolean },
): number {
  return trials.reduce((sum, { score, reports = [] }) => {
    const looks = score === null && reports.length === 0 ? 0 : 1;
    return sum + (keepsBest ? Math.max(looks, reports.length) : looks);
  }, 0);
}

/**
 * A difference of the winner less another, the winner being the best of so many looks: its end on the winner's worse side lies
 * as far out as the same share of all looks would reach (Bonferroni's correction), and it is better only beyond that. The other
 * end stays: the choice can only have flattered it.
 */
export function correctForSelection(
  versus: ContestantDifference,
  { looks, better }: { readonly looks: number; readonly better: RankingDirection },
): ContestantDifference {
  const { difference, low, high, verdict } = versus;
  if (looks < 2 || low === null || high === null) return versus;
  const { low: least, high: most } = widened({ low, high }, { difference, by: simultaneousWidening(looks), better });
  const apart = better === "greater" ? least > 0 : most < 0;
  const lucky = verdict === "better" && !apart;
  return {
    ...versus,
    low: least,
    high: most,
    ...(lucky && { verdict: "no difference shown", chosen: true }),
  };
}

function widened(
  { low, high }: Interval,
  options: { readonly difference: number; readonly by: number; readonly better: RankingDirection },
): Interval {
  const { difference, by, better } = options;
  return better === "greater"
    ? { low: difference - by * (difference - low), high }
    : { low, high: difference + by * (high - difference) };
}
