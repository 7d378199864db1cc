/** Which trials of a sweep are the best ones: by its first goal, or, where it has several, those that no other trial beats in all. */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { StudyTrial } from "#stdlib/searches/kind.js";
import { thresholdShortfall } from "../study/bars.js";
import { studyOf } from "../study/study.js";
import type { TrialRecord } from "../study/trial.js";

/** Trials whose weights stay on disk: the best ones, so that the second can be looked at too. */
export const MAX_KEPT_TRIALS = 3;

/** Numbers of the trials whose weights stay, the best first. */
export function keptTrials(sweep: SweepPlan, trials: readonly TrialRecord[]): readonly number[] {
  const scored = studyOf(sweep, trials.filter(isWhole)).trials.filter(isScored).toSorted(byWorth);
  const front = sweep.goals.length > 1 ? scored.filter((one) => !scored.some((other) => beats(other, one))) : [];
  return [...new Set([...scored.slice(0, MAX_KEPT_TRIALS), ...front].map(({ number }) => number))];
}

/** The best one's number; null: none has a score and clears what is required. */
export function bestTrialNumber(sweep: SweepPlan, trials: readonly TrialRecord[]): number | null {
  const first = firstOf(sweep, trials);
  return first && thresholdShortfall(sweep, first) === 0 ? first.number : null;
}

/** Where none is the best for what is required of it: the one that misses least of that. */
export function nearestTrial(sweep: SweepPlan, trials: readonly TrialRecord[]): TrialRecord | null {
  const first = firstOf(sweep, trials);
  return first && thresholdShortfall(sweep, first) > 0 ? first : null;
}
function firstOf(sweep: SweepPlan, trials: readonly TrialRecord[]): TrialRecord | undefined {
  const [number] = keptTrials(sweep, trials);
  return trials.find((trial) => trial.number === number);
}

/** One that was given up has the score of fewer updates, and no weights. */
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

/** Whether it is better in one goal and in none worse; what misses more is worse whatever its scores. */
function beats(a: Scored, b: Scored): boolean {
  if (a.violation !== b.violation) return a.violation < b.violation;
  const ahead = a.scores.map((score, i) => score - (b.scores[i] ?? score));
  return ahead.every((by) => by >= 0) && ahead.some((by) => by > 0);
}
