/** Ranks the trials of a sweep: by its first goal or, with several goals, by the Pareto front. */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { StudyTrial } from "#stdlib/searches/kind.js";
import { thresholdShortfall } from "../study/bars.js";
import { studyOf } from "../study/study.js";
import type { TrialRecord } from "../study/trial.js";

/** Maximum number of best trials whose weights stay on disk, so that the runners-up can be examined too. */
export const MAX_TRIALS_WITH_WEIGHTS = 3;

/** Returns the numbers of the trials whose weights stay, the best first. */
export function trialsWithKeptWeights(sweep: SweepPlan, trials: readonly TrialRecord[]): readonly number[] {
  const scored = studyOf(sweep, trials.filter(isWhole)).trials.filter(isScored).toSorted(byWorth);
  const front = sweep.goals.length > 1 ? scored.filter((one) => !scored.some((other) => beats(other, one))) : [];
  return [...new Set([...scored.slice(0, MAX_TRIALS_WITH_WEIGHTS), ...front].map(({ number }) => number))];
}

/** Returns the best trial's number; null if none has a score and meets all thresholds. */
export function bestTrialNumber(sweep: SweepPlan, trials: readonly TrialRecord[]): number | null {
  const first = firstOf(sweep, trials);
  return first && thresholdShortfall(sweep, first) === 0 ? first.number : null;
}

/** Returns the trial that misses the thresholds least, if none meets them all. */
export function trialNearestThresholds(sweep: SweepPlan, trials: readonly TrialRecord[]): TrialRecord | null {
  const first = firstOf(sweep, trials);
  return first && thresholdShortfall(sweep, first) > 0 ? first : null;
}
function firstOf(sweep: SweepPlan, trials: readonly TrialRecord[]): TrialRecord | undefined {
  const [number] = trialsWithKeptWeights(sweep, trials);
  return trials.find((trial) => trial.number === number);
}

/** A pruned trial has a score from fewer updates, and no weights. */
function isWhole({ state, score }: TrialRecord): boolean {
  return (state === "done" || state === "stopped") && score !== null;
}

type Scored = StudyTrial & { readonly scores: readonly number[] };
function isScored(trial: StudyTrial): trial is Scored {
  return trial.scores !== null && !trial.scores.some(Number.isNaN);
}

function byWorth(a: Scored, b: Scored): number {
  return a.violation - b.violation || (b.scores[0] ?? 0) - (a.scores[0] ?? 0) || a.number - b.number;
}

/** Reports whether a is better in one goal and worse in none; a trial that misses more thresholds is always worse. */
function beats(a: Scored, b: Scored): boolean {
  if (a.violation !== b.violation) return a.violation < b.violation;
  const ahead = a.scores.map((score, i) => score - (b.scores[i] ?? score));
  return ahead.every((by) => by >= 0) && ahead.some((by) => by > 0);
}
