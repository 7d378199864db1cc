/**
 * A sweep as a search and a pruner see it: its dimensions, and its trials with scores oriented so that greater is
 * better.
 */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Study, StudyTrial } from "#stdlib/searches/kind.js";
import { metricName, type MetricRegistry } from "#stdlib/metrics/shared/metric-name.js";
import { dimensionsOf, numberRounder } from "./points.js";
import { definitionPoint } from "./recommended-point.js";
import { satisfiesRelations } from "./relations.js";
import { thresholdShortfall } from "./bars.js";
import type { TrialRecord } from "./trial.js";

export function studyOf(sweep: SweepPlan, trials: readonly TrialRecord[]): Study {
  const first = trials.length === 0 ? definitionPoint(sweep) : null;
  return {
    ...(first && { first }),
    dimensions: dimensionsOf(sweep.vary),
    objectives: sweep.goals.length,
    minimized: sweep.goals.map(({ direction }) => direction === "minimize"),
    seed: sweep.seed,
    trials: trials.map((trial) => studyTrial(sweep, trial)),
    wanted: sweep.trials,
    allows: (point) => satisfiesRelations(sweep, point),
    written: numberRounder(sweep.vary),
  };
}

/** Puts trials of earlier sweeps before the sweep's own; these trials have no thresholds. */
export function withStartTrials(study: Study, sweep: SweepPlan, started: readonly TrialRecord[]): Study {
  if (started.length === 0) return study;
  const { require: thresholds, ...free } = sweep;
  void thresholds;
  return { ...study, trials: [...started.map((trial) => studyTrial(free, trial)), ...study.trials] };
}

function studyTrial(sweep: SweepPlan, trial: TrialRecord): StudyTrial {
  const { number, point, score, reports = [] } = trial;
  const all = trial.scores ?? (score === null ? null : [score]);
  const turned = (value: number, { direction }: SweepPlan["goal"]) => (direction === "maximize" ? value : -value);
  return {
    number,
    point,
    violation: thresholdShortfall(sweep, trial),
    state: trial.state === "stopped" ? "pruned" : trial.state,
    scores: all && sweep.goals.map((goal, i) => turned(all[i] ?? Number.NaN, goal)),
    reports: reports.map((report) => ({ step: report.step, score: turned(report.score, sweep.goal) })),
  };
}

/** Returns the score oriented so that greater is better. */
export function orientedScore(sweep: SweepPlan, score: number | null): number | null {
  return score === null || sweep.goal.direction === "maximize" ? score : -score;
}

export interface StudyGoal {
  readonly direction: "maximize" | "minimize";
  readonly metric: string;
}
export function goalOf(sweep: SweepPlan, registry: MetricRegistry): StudyGoal {
  return studyGoal(sweep.goal, registry);
}
/** Returns the goals; the first one ranks the trials. */
export function goalsOf(sweep: SweepPlan, registry: MetricRegistry): readonly [StudyGoal, ...StudyGoal[]] {
  return [goalOf(sweep, registry), ...sweep.goals.slice(1).map((goal) => studyGoal(goal, registry))];
}
function studyGoal({ direction, metric }: SweepPlan["goal"], registry: MetricRegistry): StudyGoal {
  return { direction, metric: metricName(metric, registry) };
}
