/** What a search and a pruner see of a sweep: its dimensions, and its trials with the greater score as the better one. */
import type { SweepPlan } from "#dsl/plan/plan.js";
import type { Study, StudyTrial } from "#stdlib/kinds/search.js";
import { metricName } from "#stdlib/lib/metrics/metric-name.js";
import { dimensionsOf } from "./points.js";
import type { TrialRecord } from "./trial.js";

export function studyOf(sweep: SweepPlan, trials: readonly TrialRecord[]): Study {
  return {
    dimensions: dimensionsOf(sweep.vary),
    objectives: 1,
    seed: sweep.seed,
    trials: trials.map((trial) => studyTrial(sweep, trial)),
    wanted: sweep.trials,
    allows: () => true,
  };
}

function studyTrial(sweep: SweepPlan, { number, point, state, score }: TrialRecord): StudyTrial {
  const worth = oriented(sweep, score);
  return { number, point, state, scores: worth === null ? null : [worth], reports: [], violation: 0 };
}

/** The greater the better. */
export function oriented(sweep: SweepPlan, score: number | null): number | null {
  return score === null || sweep.goal.direction === "maximize" ? score : -score;
}

export function goalOf(sweep: SweepPlan): { readonly direction: "maximize" | "minimize"; readonly metric: string } {
  return { direction: sweep.goal.direction, metric: metricName(sweep.goal.metric) };
}
