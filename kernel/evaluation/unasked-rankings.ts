/**
 * Ranking metrics that nobody asked for, measured for the verdict alone: a model that is better at one threshold and ranks worse
 * than a baseline isn't shown to be worth it.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { drawAll, type Compared } from "../inference/measuring/comparison.js";
import { measureOf } from "../inference/measuring/measure-metric.js";
import type { Measured } from "./evaluate-once.js";

/** Rows times labels: intervals of more take seconds, and so many rows tell models apart by what was asked. */
const MOST = 1_000_000;

/** The same models with further measures at the end, and the intervals of all. */
export async function withRankings(
  registry: Registry,
  measured: readonly Measured[],
  drawn: Compared,
  o: { readonly about: number; readonly ranks: (metric: Call) => boolean; readonly signal?: AbortSignal | undefined },
): Promise<{ readonly measured: readonly Measured[]; readonly drawn: Compared }> {
  const first = measured[o.about];
  const isContender = ({ by }: Measured): boolean => by.is !== "model" && !by.constant;
  // The metric that the verdict is by; where none has a direction, there is no verdict.
  const leading = first?.measures.find(({ better }) => better !== "none");
  const size = first ? first.rows.count * Math.max(1, first.evaluation.labels.length) : 0;
  if (!first || !leading || o.ranks(leading.call) || size > MOST || !measured.some(isContender))
    return { measured, drawn };
  const calls = registry
    .ofKind("metric")
    .map(({ name }): Call => ({ word: name, kind: "metric", arguments: {} }))
    .filter((call) => o.ranks(call) && !first.measures.some((measure) => measure.call.word === call.word));
  const extended = await Promise.all(
    measured.map(async (one) => {
      if (one !== first && !isContender(one)) return one;
      const more = await Promise.all(calls.map((call) => measureOf(registry, call, one.scored)));
      return { ...one, measures: [...one.measures, ...more.filter(({ value }) => !Number.isNaN(value))] };
    }),
  );
  const fresh = extended.flatMap(({ measures }) => measures).filter((measure) => !drawn.has(measure));
  return { measured: extended, drawn: new Map([...drawn, ...(await drawAll(fresh, o.signal))]) };
}
