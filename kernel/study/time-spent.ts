/** How much of a sweep's time and token limits its trials have used; the limits hold over all runs of the sweep. */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { TrialRecord } from "./trial.js";

/** Returns the seconds in which at least one trial ran; trials that were open at the same time took turns. */
export function busySecondsOf(trials: readonly Pick<TrialRecord, "begun" | "seconds">[]): number {
  const sound = trials.filter(({ seconds }) => Number.isFinite(seconds) && seconds > 0);
  const spans = sound.flatMap(({ begun, seconds }) =>
    begun === undefined ? [] : [{ begun, end: begun + 1000 * seconds }],
  );
  let [milliseconds, until] = [0, Number.NEGATIVE_INFINITY];
  for (const { begun, end } of spans.sort((a, b) => a.begun - b.begun)) {
    milliseconds += Math.max(0, end - Math.max(begun, until));
    until = Math.max(until, end);
  }
  const untimed = sound.reduce((sum, { begun, seconds }) => (begun === undefined ? sum + seconds : sum), 0);
  return milliseconds / 1000 + untimed;
}

/**
 * Returns the tokens that an earlier trial was trained on; without a record, an estimate from the plan and its steps.
 */
export function trialTokens({ plan, repeats = 1 }: SweepPlan, trial: TrialRecord): number {
  const { state, reports = [], steps = 0, tokens } = trial;
  if (tokens !== undefined) return tokens;
  const share = state === "done" || steps === 0 ? 1 : (reports.at(-1)?.step ?? 0) / steps;
  return plan.estimates.tokens * repeats * share;
}
