/**
 * Ranking metrics that nobody requested, computed for the verdict only: a model that is better at one threshold but
 * ranks worse than a baseline is not reported as worth it.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { resampleMetrics, type ResampledScores } from "../inference/measuring/comparison.js";
import { measureMetric } from "../inference/measuring/measure-metric.js";
import type { MeasuredModel } from "./evaluate-once.js";

/**
 * Rows times labels. Beyond this, intervals take seconds, and so many rows separate models by the requested metrics
 * anyway.
 */
const MOST = 1_000_000;

/** Returns the models with additional measures at the end, and the intervals of all. */
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
  // The metric that decides the verdict; without a metric that has a direction there is no verdict.
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
  return { measured: extended, drawn: new Map([...drawn, ...(await resampleMetrics(fresh, options.signal))]) };
}
