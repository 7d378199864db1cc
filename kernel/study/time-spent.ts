/** What trials took of a sweep's bounds, which hold over all of its runs. */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { TrialRecord } from "./trial.js";

/** Seconds in which at least one of them ran: those that were open at a time took turns. */
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

/** What a trial of before has trained on; where nobody wrote that down, by the plan of all. */
export function trialTokens({ plan, repeats = 1 }: SweepPlan, trial: TrialRecord): number {
  const { state, reports = [], steps = 0, tokens } = trial;
  if (tokens !== undefined) return tokens;
  const share = state === "done" || steps === 0 ? 1 : (reports.at(-1)?.step ?? 0) / steps;
  return plan.estimates.tokens * repeats * share;
}
