/** By how much a trial misses what its sweep requires of results. */
import type { SweepPlan } from "#dsl/plan/plan.js";
import { registry } from "#stdlib/registry.js";
import type { TrialRecord } from "./trial.js";

/**
 * 0: it clears every bar. A bar is missed by its distance in parts of itself, so that milliseconds and shares add up alike;
 * one that wasn't measured is missed wholly. Nothing is said of a trial that has no scores yet.
 */
export function missedBy({ require = [] }: SweepPlan, { bars, score }: TrialRecord): number {
  if (score === null && bars === undefined) return 0;
  return require.reduce((sum, call, i) => {
    const has = registry.find("bar", call.word)?.capabilities;
    const measured = bars?.[i] ?? Number.NaN;
    if (!has || has.clears(call, measured)) return sum;
    const { number } = has.bar(call);
    const part = Math.abs(measured - number) / (Math.abs(number) || 1);
    return sum + (Number.isFinite(part) ? part : 1);
  }, 0);
}
