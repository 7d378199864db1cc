/**
 * Ranking metrics that nobody asked for, measured for the verdict alone: a model that is better at one threshold and ranks worse
 * than a baseline isn't shown to be worth it.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { resampleAll, type ResampledScores } from "../inference/measuring/comparison.js";
import { measureMetric } from "../inference/measuring/measure-metric.js";
import type { MeasuredModel } from "./evaluate-once.js";

/** Rows times labels: intervals of more take seconds, and so many rows tell models apart by what was asked. */
const MOST = 1_000_000;

/** The same models with further measures at the end, and the intervals of all. */
export async function addRankingMeasures(
  registry: Registry,
  measured: readonly MeasuredModel[],
  drawn: ResampledScores,
  options: {
    readonly about: number;
    readonly ranks: (metric: Call) => boolean;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<{ readonly measured: readonly MeasuredModel[]; readonly drawn: ResampledScores }> {
  const first = measured[options.about];
  const isContender = ({ by }: MeasuredModel): boolean => by.is !== "model" && !by.constant;
  // The metric that the verdict is by; where none has a direction, there is no verdict.
  const leading = first?.measures.find(({ better }) => better !== "none");
  const size = first ? first.rows.count * Math.max(1, first.evaluation.labels.length) : 0;
  if (!first || !leading || options.ranks(leading.call) || size > MOST || !measured.some(isContender))
    return { measured, drawn };
  const calls = registry
    .ofKind("metric")
    .map(({ name }): Call => ({ word: name, kind: "metric", arguments: {} }))
    .filter((call) => options.ranks(call) && !first.measures.some((measure) => measure.call.word === call.word));
  const extended = await Promise.all(
    measured.map(async (one) => {
      if (one !== first && !isContender(one)) return one;
      const more = await Promise.all(calls.map((call) => measureMetric(registry, call, one.scored)));
      return { ...one, measures: [...one.measures, ...more.filter(({ value }) => !Number.isNaN(value))] };
    }),
  );
  const fresh = extended.flatMap(({ measures }) => measures).filter((measure) => !drawn.has(measure));
  return { measured: extended, drawn: new Map([...drawn, ...(await resampleAll(fresh, options.signal))]) };
}
