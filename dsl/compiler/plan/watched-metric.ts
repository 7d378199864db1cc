/**
 * The metric that decides which validation was best. It selects the saved weights and controls early stopping, and
 * pictures and cards use it. `keep: best(…)` names it, or the word of `early_stopping`; the default is the loss.
 */
import { CodedError, type CodeData } from "../../language/diagnostics/codes.js";
import type { MetricDirection, RankingDirection } from "../../language/types/capabilities/metric.js";
import type { Registry } from "../../language/types/registry.js";
import type { RecipePlan } from "./plan.js";
import type { Call, Value } from "../../language/types/value.js";
import { isCall } from "./value.js";

export function watchedMetric(
  registry: Pick<Registry, "ofKind">,
  { keep, early_stopping }: Pick<RecipePlan, "keep" | "early_stopping">,
): Call {
  return metricArgumentOf(keep) ?? metricArgumentOf(early_stopping) ?? usualMetricOfVocabulary(registry);
}
/** Returns the default metric. */
export function usualMetricOfVocabulary(registry: Pick<Registry, "ofKind">): Call {
  const word = registry.ofKind("metric").find(({ capabilities }) => capabilities?.isTrainingLoss);
  if (!word) throw new Error("no metric of the vocabulary is the usual one");
  return metricCalled(word.name);
}
const metricCalled = (word: string): Call => ({ word, kind: "metric", arguments: {} });

/** Returns the metric that a word of a recipe names, as a call or by its bare name; undefined if there is none. */
export function metricArgumentOf(value: Value | undefined): Call | undefined {
  const metric = isCall(value) ? value.arguments["metric"] : undefined;
  if (isCall(metric)) return metric;
  return typeof metric === "string" ? metricCalled(metric) : undefined;
}
export function keepsBestWeights({ keep }: Pick<RecipePlan, "keep">): boolean {
  return keep !== "last";
}
export function metricDirectionOf(registry: Pick<Registry, "find">, metric: Call): MetricDirection {
  return registry.find("metric", metric.word)?.capabilities?.better ?? "greater";
}
/** Returns the direction of a metric used for ranking. Coded error `no-direction` for a metric without one. */
export function rankingDirectionOf(registry: Pick<Registry, "find">, metric: Call, key: string): RankingDirection {
  const better = metricDirectionOf(registry, metric);
  if (better === "none") throw new CodedError("no-direction", noDirectionData(metric, key));
  return better;
}
export function noDirectionData(metric: Call, key: string): CodeData["no-direction"] {
  return { metric: metric.word, key, own: metric.definition !== undefined };
}
