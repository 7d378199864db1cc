/** A metric of what a model scored, or of the texts that it wrote: its value, why it is none, what else it says, and how it is drawn again. */
import type { Call } from "#dsl/language/types/value.js";
import type { Registry, Word } from "#dsl/language/types/registry.js";
import { resolve } from "node:path";
import type { CostMetricInput, MetricImplementation, MetricWorld, WrittenMetricInput } from "#stdlib/metrics/kind.js";
import { judgedMeasure, UNASKED, type Judging } from "./judge-measure.js";
import { textOfNamed } from "../../fetch/regular.js";
import type { Scored } from "#stdlib/tasks/kind.js";
import { resampling, drawnTexts, samplerOf } from "#stdlib/metrics/shared/resampled-outcomes.js";
import { breathing } from "#stdlib/metrics/shared/cooperative-yield.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { must } from "#dsl/language/diagnostics/must.js";
import { plural } from "../../host/text.js";
import { does } from "../../host/load-implementation.js";
import type { Measure } from "./comparison.js";
import { whyUndefined } from "./why-undefined.js";

/** The metric as a call wants it; its world is left out where it is asked of nothing that it might look there for. */
export async function preparedMetric(call: Call, world?: MetricWorld): Promise<MetricImplementation> {
  const metric = await does(call, "metric");
  return (world && (await metric.prepared?.(call, world))) ?? metric;
}

/** Whether a metric reads what a model writes. */
export async function readsTexts(call: Call): Promise<boolean> {
  const { ofWritten, judge } = await does(call, "metric");
  return ofWritten !== undefined || judge !== undefined;
}

/** Files as they are named from a folder. */
export function worldIn(folder: string): MetricWorld {
  return { text: (path) => textOfNamed(resolve(folder, path), path) };
}

interface MeasuringOptions {
  readonly texts?: WrittenMetricInput | null;
  readonly world?: MetricWorld;
  /** Milliseconds of answers that were asked one at a time; absent: none were. */
  readonly times?: Float64Array | null;
  /** What the model takes; absent: nobody looked. */
  readonly cost?: CostMetricInput;
  /** Absent: nobody may be asked. */
  readonly judging?: Judging;
  readonly signal?: AbortSignal | undefined;
}

export async function measureOf(
  registry: Registry,
  call: Call,
  scored: Pick<Scored, "measure" | "resampling">,
  { texts = null, world, judging, times, cost, signal }: MeasuringOptions = {},
): Promise<Measure> {
  const metric = await preparedMetric(call, world);
  const has = registry.find("metric", call.word)?.capabilities;
  if (metric.judge) {
    const name = metricName(call, registry);
    const judged = judging && (await judgedMeasure(metric.judge, call, texts ?? textsIn(scored, call), judging));
    return { name, call, better: "greater", perfect: has?.perfect, share: false, ...(judged ?? UNASKED) };
  }
  if (metric.ofTimes)
    return {
      ...timed(metric.ofTimes.bind(metric), call, times ?? new Float64Array(), has),
      name: metricName(call, registry),
    };
  if (metric.ofCost) {
    const value = metric.ofCost(call, cost ?? { stored: null, held: null });
    const about = { better: has?.better ?? "greater", share: false, resampling: null };
    const why = Number.isNaN(value) ? { why: "nothing is known of what it takes" } : {};
    return { name: metricName(call, registry), call, value, ...why, ...about };
  }
  const read = metric.ahead?.ofWritten && (texts ?? textsIn(scored, call));
  if (read) await metric.ahead?.ofWritten?.(call, read, breathing(signal ?? judging?.signal));
  const measure: Scored["measure"] = texts
    ? (own, call) => must(own.ofWritten, `what ${call.word} is of texts`)(call, texts)
    : (own, call) => scored.measure(own, call);
  const value = measure(metric, call);
  const none = Number.isNaN(value);
  const why = none ? whyUndefined(metric, call, measure) : null;
  const notes = none ? [] : notesOn(metric, call, measure);
  const sampler = texts && samplerOf(metric, call, "ofWritten", texts, drawnTexts(texts));
  return {
    name: metricName(call, registry),
    call,
    value,
    ...(why !== null && { why }),
    ...(notes.length > 0 && { notes }),
    better: has?.better ?? "greater",
    perfect: has?.perfect,
    share: has?.share === true,
    resampling: texts
      ? resampling(texts.written.length, sampler ?? undefined, { single: true })
      : scored.resampling(metric, call),
  };
}

function timed(
  measure: NonNullable<MetricImplementation["ofTimes"]>,
  call: Call,
  times: Float64Array,
  has: Word<"metric">["capabilities"],
): Omit<Measure, "name"> {
  const units = times.length;
  const score = (drawn: Uint32Array): number =>
    measure(
      call,
      Float64Array.from(drawn, (at) => times[at]!),
    );
  return {
    call,
    value: measure(call, times),
    share: false,
    better: has?.better ?? "greater",
    ...(units > 0 && { notes: [`milliseconds of ${plural(units, "answer")}, asked one at a time`] }),
    resampling: units > 1 ? { of: "row", units, single: false, score } : null,
  };
}

/** Texts among what was scored; null: there are none. */
function textsIn({ measure }: Pick<Scored, "measure">, call: Call): WrittenMetricInput | null {
  let found: WrittenMetricInput | null = null;
  const asking: MetricImplementation = {
    ofWritten(_call, input) {
      found = input;
      return Number.NaN;
    },
  };
  measure(asking, call);
  return found;
}

/** What it says of the very outcomes that it was measured on. */
function notesOn({ notes }: MetricImplementation, call: Call, measure: Scored["measure"]): readonly string[] {
  const says = notes?.ofWritten?.bind(notes);
  const texts = says ? textsIn({ measure }, call) : null;
  return says && texts ? says(call, texts) : [];
}
