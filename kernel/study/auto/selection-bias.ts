/**
 * Corrects the winner's lead for selection. The best of many candidates, each at its best epoch, was selected on the
 * same rows on which it is then compared. Without any skill its lead would exceed what a single comparison would
 * explain.
 */
import type { RankingDirection } from "#dsl/language/types/capabilities/metric.js";
import type { ConfidenceInterval } from "#stdlib/statistics/interval.js";
import { simultaneousWidening } from "#stdlib/statistics/simultaneous.js";
import type { TrialRecord } from "../trial.js";
import type { ScoredCandidateDifference } from "./auto.js";

/**
 * Returns the number of scores on the same rows from which the best was selected.
 * @param options `keepsBest`: each trial keeps the weights of its best validation
 */
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
 * Widens the interval of the winner's difference for a selection among `looks` scores (Bonferroni's correction). Only
 * the end on the winner's worse side moves, since selection can only have flattered the winner. It counts as better
 * only if the widened interval excludes 0.
 */
export function correctForSelection(
  versus: ScoredCandidateDifference,
  { looks, better }: { readonly looks: number; readonly better: RankingDirection },
): ScoredCandidateDifference {
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
  { low, high }: ConfidenceInterval,
  options: { readonly difference: number; readonly by: number; readonly better: RankingDirection },
): ConfidenceInterval {
  const { difference, by, better } = options;
  return better === "greater"
    ? { low: difference - by * (difference - low), high }
    : { low, high: difference + by * (high - difference) };
}
