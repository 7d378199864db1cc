/**
 * Scores with confidence intervals, and differences of models on the same rows with theirs. Proportions use Wilson's
 * and Newcombe's methods, metrics of a rare label MOVER, all others a paired bootstrap. A model is better or worse only
 * if the interval of the difference excludes 0.
 */
import type { MetricDirection } from "#dsl/language/types/capabilities/metric.js";
import type { Call } from "#dsl/language/types/value.js";
import { bootstrapScores, RESAMPLE_COUNT, type BootstrapScorer } from "#stdlib/statistics/bootstrap.js";
import type { ConfidenceInterval, IntervalWithoutResampling } from "#stdlib/statistics/interval.js";
import { independentDifferenceInterval } from "#stdlib/statistics/mover.js";
import { pairedSharesInterval, pairedPartialSharesInterval } from "#stdlib/statistics/paired-shares.js";
import { percentileInterval } from "#stdlib/statistics/percentiles.js";
import {
  intervalFromSpread,
  pairedDifferenceInterval,
  isTooFewRows,
  type TwoSidedSpread,
  type TooFewRows,
} from "#stdlib/statistics/spread.js";
import { wilsonInterval } from "#stdlib/statistics/wilson.js";
import { plural } from "../../host/value-text.js";

/** One metric of one model on some rows. */
export interface MeasuredMetric {
  readonly name: string;
  readonly call: Call;
  readonly value: number;
  /** Reason for a missing number, if known. */
  readonly why?: string;
  readonly notes?: readonly string[];
  readonly better: MetricDirection;
  /** The metric's perfect value, from its record. */
  readonly perfect?: 1 | 100 | undefined;
  /** Whether the metric is the proportion of correct units. */
  readonly share: boolean;
  readonly resampling: BootstrapScorer | null;
}
export interface MetricScore {
  readonly value: number;
  /** Null if there is no interval. */
  readonly interval: ConfidenceInterval | null;
  readonly by: "Wilson" | "bootstrap" | "MOVER" | IntervalWithoutResampling["by"] | null;
  /**
   * Why there is no interval, if known: resampling took too long ("slow"), or the bootstrap is so biased that its
   * interval excludes the value ("bent").
   */
  readonly without?: "slow" | "bent";
  /** The label that has too few rows for an interval. */
  readonly few?: TooFewRows;
  readonly resamples: number;
}
/** `differs`: the metric has no direction, so that the greater score is neither better nor worse. */
export type DifferenceVerdict = "better" | "worse" | "differs" | "no difference shown";
export interface ScoreDifference {
  /** Second score minus first score. */
  readonly value: number;
  readonly interval: ConfidenceInterval | null;
  /** Verdict on the second score; null if there is not enough data. */
  readonly verdict: DifferenceVerdict | null;
}

export interface ResampledScore {
  readonly measure: MeasuredMetric;
  readonly score: MetricScore;
  readonly scores: readonly number[];
}
export type ResampledScores = ReadonlyMap<MeasuredMetric, ResampledScore>;

export async function resampleMetrics(
  measures: readonly MeasuredMetric[],
  signal?: AbortSignal,
): Promise<ResampledScores> {
  const able = measures.flatMap((measure) => {
    const { resampling, value } = measure;
    // Proportions and their differences have closed-form intervals and need no resampling.
    const without = resampling?.interval ?? (measure.share && resampling?.single);
    const drawn = resampling && !Number.isNaN(value) && !without && !isRare(resampling);
    return drawn ? [{ measure, resampling }] : [];
  });
  const drawn = await bootstrapScores(
    able.map(({ resampling }) => resampling),
    { signal },
  );
  const scores = new Map(able.map(({ measure }, i) => [measure, drawn[i]!]));
  return new Map(
    measures.map((measure) => [
      measure,
      { measure, score: scoreOf(measure, scores.get(measure) ?? []), scores: scores.get(measure) ?? [] },
    ]),
  );
}

function scoreOf({ value, share, resampling }: MeasuredMetric, scores: readonly number[]): MetricScore {
  if (share && resampling?.single && resampling.units > 0 && !Number.isNaN(value))
    return {
      value,
      interval: wilsonInterval(Math.round(value * resampling.units), resampling.units),
      by: "Wilson",
      resamples: 0,
    };
  const ownInterval = resampling?.interval;
  if (ownInterval && !Number.isNaN(value)) {
    const interval = ownInterval.intervalOf(allOf(resampling));
    return { value, interval, by: interval && ownInterval.by, resamples: 0 };
  }
  const spread = resampling && isRare(resampling) && !Number.isNaN(value) ? spreadIn(resampling) : null;
  if (spread) {
    if (isTooFewRows(spread)) return { value, interval: null, by: null, few: spread, resamples: 0 };
    const interval = wide(intervalFromSpread(value, spread));
    return { value, interval, by: interval && "MOVER", resamples: 0 };
  }
  const known = wide(percentileInterval(scores));
  const none = { value, interval: null, by: null, resamples: scores.length };
  if (known && !holds(known, value)) return { ...none, without: "bent" };
  if (known) return { ...none, interval: known, by: "bootstrap" };
  const slow = scores.length === 0 && resampling !== null && resampling.units > 1 && !Number.isNaN(value);
  return { ...none, ...(slow && { without: "slow" }) };
}
const allOf = ({ units }: BootstrapScorer): Uint32Array => Uint32Array.from({ length: units }, (_, unit) => unit);
/** Caches whether a label is too rare: needed for each score and each of its differences. */
const rare = new WeakMap<BootstrapScorer, boolean>();
function isRare(sampler: BootstrapScorer): boolean {
  const known = rare.get(sampler) ?? sampler.rare?.frequent(allOf(sampler)) === false;
  rare.set(sampler, known);
  return known;
}
const spreads = new WeakMap<BootstrapScorer, TwoSidedSpread | TooFewRows>();
function spreadIn(sampler: BootstrapScorer): TwoSidedSpread | TooFewRows | null {
  const known = spreads.get(sampler) ?? sampler.rare?.measureSpread(allOf(sampler));
  if (known) spreads.set(sampler, known);
  return known ?? null;
}

/** Whether the interval contains the value, up to rounding errors. */
function holds({ low, high }: ConfidenceInterval, value: number): boolean {
  const least = 1e-9 * Math.max(Math.abs(low), Math.abs(high));
  return low - least <= value && value <= high + least;
}

/**
 * Drops an interval of zero width: if all resamples are equal, e.g. for a score without mistakes, the bootstrap has no
 * information about other rows.
 */
const wide = (interval: ConfidenceInterval | null): ConfidenceInterval | null =>
  interval && interval.low < interval.high ? interval : null;

export function scoreDifference(first: ResampledScore, second: ResampledScore): ScoreDifference {
  const value = second.score.value - first.score.value;
  const [a, b] = [first.measure.resampling, second.measure.resampling];
  if (!a || !b || a.units !== b.units || a.same !== b.same || Number.isNaN(value))
    return { value, interval: null, verdict: null };
  const ownInterval = a.interval ?? b.interval;
  const byShares = first.measure.share && a.single;
  // If a label is too rare for the bootstrap of one score, both use MOVER.
  if (!byShares && !ownInterval && (isRare(a) || isRare(b)))
    return rareDifference(first, second, [spreadIn(a), spreadIn(b)]);
  const ends = ownInterval
    ? (pairedOwn(a, b) ?? apartFrom(first.score, second.score))
    : byShares
      ? pairedSharesInterval(eachOf(a), eachOf(b))
      : percentileInterval(paired(first.scores, second.scores));
  const interval = wide(ends);
  // The bootstrap is unreliable on few rows: two equal models would differ much too often.
  if (!byShares && !ownInterval && a.units < MIN_BOOTSTRAP_ITEMS) return { value, interval, verdict: null };
  // All resamples are equal, so the spread on other rows is unknown.
  if (!interval) return { value, interval, verdict: ends && value === 0 ? "no difference shown" : null };
  return { value, interval, verdict: verdictIn(interval, second) };
}

function verdictIn({ low, high }: ConfidenceInterval, { measure: { better } }: ResampledScore): DifferenceVerdict {
  if (low <= 0 && high >= 0) return "no difference shown";
  return differenceVerdict(low > 0 ? 1 : -1, better);
}
/** Returns the verdict on the second of two scores whose difference is not 0. */
export function differenceVerdict(
  difference: number,
  better: MetricDirection,
): Exclude<DifferenceVerdict, "no difference shown"> {
  if (better === "none") return "differs";
  return difference > 0 === (better === "greater") ? "better" : "worse";
}

function rareDifference(
  first: ResampledScore,
  second: ResampledScore,
  [a, b]: readonly (TwoSidedSpread | TooFewRows | null)[],
): ScoreDifference {
  const value = second.score.value - first.score.value;
  if (!a || !b || isTooFewRows(a) || isTooFewRows(b)) return { value, interval: null, verdict: null };
  const ends = pairedDifferenceInterval(
    { value: first.score.value, spread: a },
    { value: second.score.value, spread: b },
  );
  return { value, interval: ends, verdict: verdictIn(ends, second) };
}

/** Interval for paired scores that are sums of per-row contributions. */
function pairedOwn(a: BootstrapScorer, b: BootstrapScorer): ConfidenceInterval | null {
  const [first, second] = [a, b].map((sampler) => sampler.interval?.each?.(allOf(sampler)));
  return first && second ? pairedPartialSharesInterval(first, second) : null;
}

/**
 * Interval from both intervals as if they were independent. For scores of the same rows it is conservative (too wide).
 */
function apartFrom(first: MetricScore, second: MetricScore): ConfidenceInterval | null {
  const [a, b] = [first.interval, second.interval];
  return (
    a && b && independentDifferenceInterval({ value: second.value, interval: b }, { value: first.value, interval: a })
  );
}

function paired(first: readonly number[], second: readonly number[]): Float64Array {
  return Float64Array.from({ length: Math.min(first.length, second.length) }, (_, i) => second[i]! - first[i]!);
}

/** Returns the score of each unit: 1 if it is correct. */
function eachOf({ units, score }: BootstrapScorer): Float64Array {
  return Float64Array.from({ length: units }, (_, unit) => score(Uint32Array.of(unit)));
}

/** Minimum number of units for a bootstrap difference to decide which is better. */
export const MIN_BOOTSTRAP_ITEMS = 20;
/** Number of units below which a bootstrap is overconfident; `tunebook bench coverage` measures by how much. */
const FEW = 50;

const HOW = {
  jackknife: "jackknife",
  bins: "from the chance variation of each bin",
} as const;

/** Describes the interval methods of a table in one line. */
export function intervalMethodsText(drawn: readonly ResampledScore[]): string {
  const named = (by: MetricScore["by"]): readonly ResampledScore[] => drawn.filter(({ score }) => score.by === by);
  const names = (scored: readonly ResampledScore[]): string =>
    [...new Set(scored.map(({ measure }) => measure.name))].join(", ");
  const booted = named("bootstrap");
  const fewer = booted.filter(({ score }) => score.resamples < RESAMPLE_COUNT);
  const units = [
    ...new Set(booted.flatMap(({ measure }) => measure.resampling?.unit ?? []).filter((unit) => unit !== "row")),
  ];
  const narrow = booted.filter(({ measure }) => (measure.resampling?.units ?? FEW) < FEW);
  const with_ = new Set(drawn.flatMap(({ measure, score }) => (score.interval ? [measure.name] : [])));
  // A constant baseline may have no interval where the models have one; its cell shows that.
  const without = named(null).filter(({ measure: { name, value } }) => !Number.isNaN(value) && !with_.has(name));
  const because = (why: MetricScore["without"]): string =>
    names(without.filter(({ score }) => score.without === why && !score.few));
  const few = without.flatMap(({ measure: { name }, score }) =>
    score.few ? [`no interval for ${name}: ${tooFew(score.few)}`] : [],
  );
  return [
    named("Wilson").length > 0 && `Wilson (${names(named("Wilson"))})`,
    booted.length > 0 &&
      `bootstrap of ${RESAMPLE_COUNT.toLocaleString("en-US")} draws${units.length > 0 ? ` of ${units.map(several).join(", ")}` : ""}`,
    ...[...new Set(fewer.map(({ score }) => score.resamples))].map(
      (count) => `of ${count} for ${names(fewer.filter(({ score }) => score.resamples === count))}, of so many`,
    ),
    narrow.length > 0 && `of fewer than ${String(FEW)} too narrow (about 9 in 10 contain the true value)`,
    narrow.some(({ measure }) => (measure.resampling?.units ?? MIN_BOOTSTRAP_ITEMS) < MIN_BOOTSTRAP_ITEMS) &&
      `of fewer than ${String(MIN_BOOTSTRAP_ITEMS)} no difference is claimed`,
    ...(["jackknife", "bins"] as const).map((by) => named(by).length > 0 && `${HOW[by]} (${names(named(by))})`),
    named("MOVER").length > 0 && `MOVER (${names(named("MOVER"))})`,
    ...new Set(few),
    because(undefined) !== "" && `none for ${because(undefined)}`,
    because("slow") !== "" && `none for ${because("slow")}, whose resampling would take more than half a minute`,
    because("bent") !== "" && `none for ${because("bent")}, which draws with repetition bend`,
  ]
    .filter(Boolean)
    .join("; ");
}

/** For example `2 rows of “fraud”; 4 are needed`. */
function tooFew({ label, rows, needed, predicted }: TooFewRows): string {
  return `${plural(rows, "row")} ${predicted ? "predicted as" : "of"} “${label}”; ${needed === 1 ? "1 is" : `${String(needed)} are`} needed`;
}

function several(unit: BootstrapScorer["unit"]): string {
  return unit === "search" ? "searches" : unit === "group of rows" ? "groups of rows" : `${unit}s`;
}
