/** By how much a trial misses its sweep's requirements. */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Call } from "#dsl/language/types/value.js";
import { tuneText } from "#dsl/compiler/plan/text.js";
import { registry } from "#stdlib/registry.js";
import { valueText, formatPercent } from "../host/value-text.js";
import type { TrialRecord } from "./trial.js";

/**
 * Returns 0 if the trial meets every threshold. The distance to a missed threshold is relative to the threshold, so
 * that milliseconds and shares can be added. An unmeasured threshold counts as missed by 1. A trial that has no scores
 * yet, or was pruned before it was measured, returns 0.
 */
export function thresholdShortfall(sweep: SweepPlan, { bars, score, state }: TrialRecord): number {
  if (bars === undefined && (score === null || state === "pruned")) return 0;
  return distances(sweep, bars).reduce((sum, { by }) => sum + Math.max(0, by), 0);
}

/**
 * Returns the relative distance to each threshold, by its text: at most 0 if it is met. Empty if none was measured.
 */
export function thresholdDistances(sweep: SweepPlan, { bars }: TrialRecord): Readonly<Record<string, number>> {
  return bars === undefined ? {} : Object.fromEntries(distances(sweep, bars).map(({ bar, by }) => [bar, by]));
}

/** Lists the missed thresholds, for example `at_most(latency, 20ms) by 30 %`. */
export function thresholdMissesText(sweep: SweepPlan, { bars }: TrialRecord): string {
  const missed = distances(sweep, bars).filter(({ by }) => by > 0);
  return missed
    .map(({ words, by, measured }) =>
      measured ? `${words} by ${formatPercent(by)}` : `${words}, which nothing measured`,
    )
    .join(", ");
}

function distances(
  { require = [] }: SweepPlan,
  bars: TrialRecord["bars"],
): readonly { readonly bar: string; readonly words: string; readonly by: number; readonly measured: boolean }[] {
  return require.flatMap((call, i) => {
    const has = registry.find("bar", call.word)?.capabilities;
    if (!has) return [];
    const measured = bars?.[i] ?? Number.NaN;
    const { number } = has.threshold(call);
    const part = Math.abs(measured - number) / (Math.abs(number) || 1);
    const far = Number.isFinite(part) ? part : 1;
    return [
      {
        bar: tuneText(call),
        words: wordsOf(call),
        by: has.isMet(call, measured) ? -far : far,
        measured: Number.isFinite(part),
      },
    ];
  });
}

/** Formats a threshold as `at_most(latency, 20 ms)`, with positional arguments. */
function wordsOf({ word, arguments: given }: Call): string {
  const values = Object.values(given).flatMap((value) => (value === null ? [] : [valueText(value)]));
  return `${word}(${values.join(", ")})`;
}
