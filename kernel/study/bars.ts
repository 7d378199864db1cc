/** By how much a trial misses what its sweep requires of results. */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Call } from "#dsl/language/types/value.js";
import { tuneText } from "#dsl/compiler/plan/text.js";
import { registry } from "#stdlib/registry.js";
import { valueText } from "../host/value-text.js";
import { formatPercent } from "../host/text.js";
import type { TrialRecord } from "./trial.js";

/**
 * 0: it clears every bar. A bar is missed by its distance in parts of itself, so that milliseconds and shares add up alike;
 * one that wasn't measured is missed wholly. Nothing is said of a trial that has no scores yet, or was given
 * up before anybody measured.
 */
export function thresholdShortfall(sweep: SweepPlan, { bars, score, state }: TrialRecord): number {
  if (bars === undefined && (score === null || state === "pruned")) return 0;
  return distances(sweep, bars).reduce((sum, { by }) => sum + Math.max(0, by), 0);
}

/** By how much each bar is missed, by its text: below 0, or 0, where it is cleared. Empty: none was measured. */
export function thresholdMisses(sweep: SweepPlan, { bars }: TrialRecord): Readonly<Record<string, number>> {
  return bars === undefined ? {} : Object.fromEntries(distances(sweep, bars).map(({ bar, by }) => [bar, by]));
}

/** `at_most(latency, 20ms) by 30 %`: those that it misses. */
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
    const { number } = has.bar(call);
    const part = Math.abs(measured - number) / (Math.abs(number) || 1);
    const far = Number.isFinite(part) ? part : 1;
    return [
      {
        bar: tuneText(call),
        words: wordsOf(call),
        by: has.clears(call, measured) ? -far : far,
        measured: Number.isFinite(part),
      },
    ];
  });
}

/** `at_most(latency, 20 ms)`: its arguments are told by their order. */
function wordsOf({ word, arguments: given }: Call): string {
  const values = Object.values(given).flatMap((value) => (value === null ? [] : [valueText(value)]));
  return `${word}(${values.join(", ")})`;
}
