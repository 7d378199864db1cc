/** A metric of what a model scored, or of the texts that it wrote: its value, why it is none, and how it is drawn again. */
import type { Call } from "#dsl/types/value.js";
import type { Registry } from "#dsl/types/registry.js";
import type { WrittenMetricInput } from "#stdlib/kinds/metric.js";
import type { Scored } from "#stdlib/kinds/task.js";
import { resampling, drawnTexts, samplerOf } from "#stdlib/lib/tasks/drawn.js";
import { metricName } from "#stdlib/lib/metrics/metric-name.js";
import { must } from "#dsl/diagnostics/must.js";
import { does } from "../core/session/words.js";
import type { Measure } from "./comparison.js";
import { whyUndefined } from "./why-undefined.js";

export async function measureOf(
  registry: Registry,
  call: Call,
  scored: Pick<Scored, "measure" | "resampling">,
  texts: WrittenMetricInput | null = null,
): Promise<Measure> {
  const metric = await does(call, "metric");
  const has = registry.find("metric", call.word)?.capabilities;
  const own = {
    name: metricName(call),
    call,
    greaterIsBetter: has?.greaterIsBetter !== false,
    share: has?.share === true,
  };
  const counted = (measure: Scored["measure"]): Pick<Measure, "value" | "why"> => {
    const value = measure(metric, call);
    const why = Number.isNaN(value) ? whyUndefined(metric, call, measure) : null;
    return { value, ...(why !== null && { why }) };
  };
  if (!texts)
    return {
      ...own,
      ...counted((metric, call) => scored.measure(metric, call)),
      resampling: scored.resampling(metric, call),
    };
  const sampler = samplerOf(metric, call, "ofWritten", texts, drawnTexts(texts));
  return {
    ...own,
    ...counted((metric, call) => must(metric.ofWritten, `what ${call.word} is of texts`)(call, texts)),
    resampling: resampling(texts.written.length, sampler, { single: true }),
  };
}
