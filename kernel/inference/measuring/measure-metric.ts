/**
 * Computes a metric from scored outcomes or generated texts: its value, the reason if it is undefined, notes, and its
 * resampling.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { Registry, Word } from "#dsl/language/types/registry.js";
import { resolve } from "node:path";
import type {
  MemoryMetricInput,
  MetricImplementation,
  MetricFileReader,
  GeneratedTextMetricInput,
} from "#stdlib/metrics/kind.js";
import { measureByJudge, UNJUDGED_MEASURE, type JudgeMeasureOptions } from "./judge-measure.js";
import { readNamedText } from "../../fetch/regular.js";
import type { ScoredOutcome } from "#stdlib/tasks/kind.js";
import { resamplingOf, textsResampler, metricResampleScorer } from "#stdlib/metrics/shared/resampled-outcomes.js";
import { makeCooperativeYield } from "#stdlib/metrics/shared/cooperative-yield.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { plural } from "../../host/value-text.js";
import { loadImplementation } from "../../host/load-implementation.js";
import type { MeasuredMetric } from "./comparison.js";

/** Explains why a metric is undefined, from the outcomes that it was computed on. */
const sorts = [
  ...["compute", "ofTokens", "ofNumbers", "ofLabelSets", "ofTags", "ofAnswers"],
  ...["ofWritten", "ofPairs", "ofRankings", "ofLoss"],
] as readonly (keyof MetricImplementation)[];

/** `measure` calls the given metric with the outcomes. Returns null if there is no known reason. */
export function undefinedMetricReason(
  metric: MetricImplementation,
  call: Call,
  measure: (metric: MetricImplementation, call: Call) => number,
): string | null {
  let why: string | null = null;
  const reasons = (metric.why ?? {}) as Readonly<Record<string, (call: Call, input: unknown) => string | null>>;
  const asking = sorts
    .filter((sort) => metric[sort] !== undefined)
    .map((sort) => [
      sort,
      (_call: Call, input: unknown) => {
        why = ofAny(input) ?? reasons[sort]?.(call, input) ?? null;
        return Number.NaN;
      },
    ]);
  measure(Object.fromEntries(asking) as MetricImplementation, call);
  return why;
}

/** Reasons that apply to any metric. */
function ofAny(input: unknown): string | null {
  const strange = "the prediction is not a number";
  if (typeof input === "number") return Number.isNaN(input) ? strange : null;
  const { truth, same, targets, searches, gold, predicted, similarity, loss } = input as Readonly<
    Record<string, ArrayLike<unknown> | number | undefined>
  >;
  // Reads only a plain value: for answers from a file without probabilities, the getter throws.
  const probabilities = Object.getOwnPropertyDescriptor(input, "probabilities")?.value as unknown;
  for (const asked of [truth, same, targets, searches, gold])
    if (typeof asked === "object" && asked.length === 0) return "there are no rows";
  if (
    ArrayBuffer.isView(predicted) &&
    ArrayBuffer.isView(probabilities) &&
    Number.isNaN((probabilities as Float32Array)[0])
  )
    return "its predictions are labels without probabilities";
  for (const output of [predicted, probabilities, similarity, loss])
    if (Number.isNaN(output) || (ArrayBuffer.isView(output) && (output as Float64Array).some(Number.isNaN)))
      return strange;
  return null;
}

/** Returns the metric's implementation for a call. `world` may be omitted if the metric needs no files or services. */
export async function prepareMetric(call: Call, world?: MetricFileReader): Promise<MetricImplementation> {
  const metric = await loadImplementation(call, "metric");
  return (world && (await metric.prepared?.(call, world))) ?? metric;
}

export async function metricReadsGeneratedTexts(call: Call): Promise<boolean> {
  const { ofWritten, judge } = await loadImplementation(call, "metric");
  return ofWritten !== undefined || judge !== undefined;
}

/** Context that resolves file names relative to a folder. */
export function metricFilesIn(folder: string): MetricFileReader {
  return { text: (path) => readNamedText(resolve(folder, path), path) };
}

interface MeasuringOptions {
  readonly texts?: GeneratedTextMetricInput | null;
  readonly world?: MetricFileReader;
  /** Latency per answer in ms, if answers were measured one at a time. */
  readonly times?: Float64Array | null;
  /** Cost of the model, if it was measured. */
  readonly cost?: MemoryMetricInput;
  /** If unset, no judge may be called. */
  readonly judging?: JudgeMeasureOptions;
  readonly signal?: AbortSignal | undefined;
}

export async function measureMetric(
  registry: Registry,
  call: Call,
  scored: Pick<ScoredOutcome, "measure" | "resampling">,
  { texts = null, world, judging, times, cost, signal }: MeasuringOptions = {},
): Promise<MeasuredMetric> {
  const metric = await prepareMetric(call, world);
  const has = registry.find("metric", call.word)?.capabilities;
  if (metric.judge) {
    const name = metricName(call, registry);
    const judged = judging && (await measureByJudge(metric.judge, call, texts ?? textsIn(scored, call), judging));
    return { name, call, better: "greater", perfect: has?.perfect, share: false, ...(judged ?? UNJUDGED_MEASURE) };
  }
  if (metric.ofTimes)
    return {
      ...timed(metric.ofTimes.bind(metric), call, times ?? new Float64Array(), has),
      name: metricName(call, registry),
    };
  if (metric.ofCost) {
    const value = metric.ofCost(call, cost ?? { stored: null, held: null });
    const about = { better: has?.better ?? "greater", share: false, resampling: null };
    const why = Number.isNaN(value) ? { why: "its cost is unknown" } : {};
    return { name: metricName(call, registry), call, value, ...why, ...about };
  }
  const read = metric.ahead?.ofWritten && (texts ?? textsIn(scored, call));
  if (read) await metric.ahead?.ofWritten?.(call, read, makeCooperativeYield(signal ?? judging?.signal));
  const measure: ScoredOutcome["measure"] = texts
    ? (metricCode, call) => mustExist(metricCode.ofWritten, `what ${call.word} is of texts`)(call, texts)
    : (metricCode, call) => scored.measure(metricCode, call);
  const value = measure(metric, call);
  const none = Number.isNaN(value);
  const why = none ? undefinedMetricReason(metric, call, measure) : null;
  const notes = none ? [] : notesOn(metric, call, measure);
  const sampler = texts && metricResampleScorer(metric, call, "ofWritten", texts, textsResampler(texts));
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
      ? resamplingOf(texts.written.length, sampler ?? undefined, { single: true })
      : scored.resampling(metric, call),
  };
}

function timed(
  measure: NonNullable<MetricImplementation["ofTimes"]>,
  call: Call,
  times: Float64Array,
  has: Word<"metric">["capabilities"],
): Omit<MeasuredMetric, "name"> {
  const units = times.length;
  const score = (drawn: Uint32Array): number =>
    measure(
      call,
      Float64Array.from(drawn, (index) => times[index]!),
    );
  return {
    call,
    value: measure(call, times),
    share: false,
    better: has?.better ?? "greater",
    ...(units > 0 && { notes: [`milliseconds of ${plural(units, "prediction")}, one at a time`] }),
    resampling: units > 1 ? { unit: "row", units, single: false, score } : null,
  };
}

/** Returns the texts among the scored outcomes; null if there are none. */
function textsIn({ measure }: Pick<ScoredOutcome, "measure">, call: Call): GeneratedTextMetricInput | null {
  let found: GeneratedTextMetricInput | null = null;
  const asking: MetricImplementation = {
    ofWritten(_call, input) {
      found = input;
      return Number.NaN;
    },
  };
  measure(asking, call);
  return found;
}

/** Returns the metric's notes on the outcomes that it was computed from. */
function notesOn({ notes }: MetricImplementation, call: Call, measure: ScoredOutcome["measure"]): readonly string[] {
  const says = notes?.ofWritten?.bind(notes);
  const texts = says ? textsIn({ measure }, call) : null;
  return says && texts ? says(call, texts) : [];
}
