/** Estimates the remaining time of a sweep from its progress since it started (or resumed). */
import type { TrialRecord } from "./trial.js";

export interface SweepClock {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** When the sweep started or resumed: earlier trials say nothing about its present speed. */
  readonly since: number;
  readonly budgetMs: number | null;
}
type Progress = Pick<TrialRecord, "state"> & Partial<Pick<TrialRecord, "begun" | "steps" | "reports" | "seconds">>;

/** Returns the seconds; null if too little was done for an estimate. */
export function secondsLeft(
  trials: readonly Progress[],
  wanted: number | null,
  { now, since, budgetMs }: SweepClock,
): number | null {
  const budget = budgetMs === null ? null : Math.max(0, since + budgetMs - now) / 1000;
  const mine = trials.filter(({ begun, state }) => state === "running" || (begun ?? 0) >= since);
  const done = mine.reduce((sum, trial) => sum + shareOf(trial), 0);
  const elapsed = (now - since) / 1000;
  if (wanted === null || done < 0.5 || elapsed <= 0) return wanted === null || done < 0.5 ? budget : null;
  const ahead = wanted - trials.length + mine.reduce((sum, trial) => sum + 1 - shareOf(trial), 0);
  const left = (Math.max(0, ahead) * elapsed) / done;
  return budget === null ? left : Math.min(left, budget);
}

/** Returns the completed share of a trial. */
function shareOf({ state, steps, reports }: Progress): number {
  if (state !== "running") return 1;
  const currentStep = reports?.at(-1)?.step ?? 0;
  return steps === undefined || steps <= 0 ? 0 : Math.min(1, currentStep / steps);
}
