/**
 * Resampled outcomes: those of the drawn rows, some of them several times. A metric measures them like any others,
 * unless it has a faster way (`samplers`).
 */
import type { Call } from "#dsl/language/types/value.js";
import type { BootstrapScorer } from "../../statistics/bootstrap.js";
import type { RareLabelIntervalMethod } from "../../statistics/spread.js";
import type {
  AnswerMetricInput,
  LabelSetMetricInput,
  MetricImplementation,
  LabelMetricInput,
  NumberMetricInput,
  Probabilities,
  RareLabelIntervals,
  ResampleScorer,
  TagMetricInput,
  GeneratedTextMetricInput,
} from "../kind.js";

/** Caches a value per draw, for use by several metrics. */
export function cachedPerDraw<T>(make: (drawn: Uint32Array) => T): (drawn: Uint32Array) => T {
  let last: { readonly drawn: Uint32Array; readonly made: T } | null = null;
  return (drawn) => {
    if (last?.drawn !== drawn) last = { drawn, made: make(drawn) };
    return last.made;
  };
}

/**
 * Describes the resampling of rows, by default one decision per row. Null if the metric does not measure these
 * outcomes.
 */
export function resamplingOf(
  units: number,
  score: ResampleScorer | undefined,
  options: Partial<BootstrapScorer> = {},
): BootstrapScorer | null {
  if (!score) return null;
  const { interval, rare } = score;
  return { unit: "row", units, single: false, score, ...(interval && { interval }), ...(rare && { rare }), ...options };
}

/** Returns the metric's own sampler, or one that measures each draw. */
export function metricResampleScorer<K extends Measure, I>(
  metric: MetricImplementation,
  call: Call,
  measure: K,
  input: I,
  draw: (drawn: Uint32Array) => I,
): ResampleScorer | undefined {
  const quick = metric.samplers?.[measure] as ((call: Call, input: I) => ResampleScorer) | undefined;
  const plain = metric[measure] as ((call: Call, input: I) => number) | undefined;
  const sampler = quick?.(call, input) ?? (plain && ((drawn: Uint32Array) => plain(call, draw(drawn))));
  const whereRare = metric.rare?.[measure as keyof RareLabelIntervals] as
    | ((call: Call, input: I) => RareLabelIntervalMethod | undefined)
    | undefined;
  const rare = isSmall(input) ? whereRare?.(call, input) : undefined;
  return sampler && rare ? Object.assign((drawn: Uint32Array) => sampler(drawn), { rare }) : sampler;
}
/**
 * MOVER needs time and memory in proportion to labels × rows, and to the square of labels. Larger inputs use the
 * bootstrap, with a limitation: intervals of rare labels among hundreds are too narrow.
 */
const MOST = { cells: 4_000_000, labels: 200 } as const;
function isSmall(input: unknown): boolean {
  const { labels = [], truth = [] } = input as Partial<Pick<LabelMetricInput, "labels" | "truth">>;
  const rows = truth.length;
  return labels.length <= MOST.labels && rows * labels.length <= MOST.cells;
}
type Measure = keyof NonNullable<MetricImplementation["samplers"]>;

export function labelsResampler(input: LabelMetricInput): (drawn: Uint32Array) => LabelMetricInput {
  return cachedPerDraw((drawn) => {
    let made: Probabilities | undefined;
    return {
      labels: input.labels,
      truth: pickValues(input.truth, drawn),
      predicted: pickValues(input.predicted, drawn),
      // Computed on demand, because probabilities are large and most metrics never read them.
      get probabilities() {
        return (made ??= wide(input.probabilities, drawn, input.labels.length));
      },
    };
  });
}

export function labelSetsResampler(input: LabelSetMetricInput): (drawn: Uint32Array) => LabelSetMetricInput {
  const n = input.labels.length;
  return cachedPerDraw((drawn) => {
    let made: Probabilities | undefined;
    return {
      labels: input.labels,
      truth: wide(input.truth, drawn, n),
      predicted: wide(input.predicted, drawn, n),
      get probabilities() {
        return (made ??= wide(input.probabilities, drawn, n));
      },
    };
  });
}

export function numbersResampler(input: NumberMetricInput): (drawn: Uint32Array) => NumberMetricInput {
  return cachedPerDraw((drawn) => ({
    truth: pickValues(input.truth, drawn),
    predicted: pickValues(input.predicted, drawn),
  }));
}

export function tagsResampler(input: TagMetricInput): (drawn: Uint32Array) => TagMetricInput {
  const pickDrawn = <T>(all: readonly T[], drawn: Uint32Array): readonly T[] => Array.from(drawn, (text) => all[text]!);
  return cachedPerDraw((drawn) => ({
    ...input,
    truth: pickDrawn(input.truth, drawn),
    predicted: pickDrawn(input.predicted, drawn),
  }));
}

/** `lossOf`: returns the mean loss over the rows of the drawn questions. */
export function answersResampler(
  input: AnswerMetricInput,
  lossOf: ResampleScorer,
): (drawn: Uint32Array) => AnswerMetricInput {
  return cachedPerDraw((drawn) => ({
    answers: Array.from(drawn, (row) => input.answers[row]!),
    gold: Array.from(drawn, (row) => input.gold[row]!),
    get loss() {
      return lossOf(drawn);
    },
  }));
}

export function textsResampler(input: GeneratedTextMetricInput): (drawn: Uint32Array) => GeneratedTextMetricInput {
  return cachedPerDraw((drawn) => ({
    written: Array.from(drawn, (row) => input.written[row]!),
    targets: Array.from(drawn, (row) => input.targets[row]!),
  }));
}

/** A loop is used because `from` with a function takes twenty times as long. */
export function pickValues<T extends Float64Array | Int32Array>(values: T, drawn: Uint32Array): T {
  const out = new (values.constructor as new (length: number) => T)(drawn.length);
  for (let index = 0; index < drawn.length; index++) out[index] = values[drawn[index]!]!;
  return out;
}

/** Selects rows of `width` numbers. */
function wide<T extends Float64Array | Float32Array | Uint8Array>(values: T, drawn: Uint32Array, width: number): T {
  const out = new (values.constructor as new (length: number) => T)(drawn.length * width);
  for (let index = 0, to = 0; index < drawn.length; index++)
    for (let k = 0, from = drawn[index]! * width; k < width; k++) out[to++] = values[from++]!;
  return out;
}
