/**
 * Scores with their intervals, and differences of models on the same rows with theirs: those of shares by Wilson's and
 * Newcombe's methods, those of a rare label by MOVER, all others by a paired bootstrap. A model is better or worse only where
 * the difference has an interval that excludes 0.
 */
import type { Direction } from "#dsl/language/types/capabilities/metric.js";
import type { Call } from "#dsl/language/types/value.js";
import { bootstrap, RESAMPLES, type Resampling } from "#stdlib/statistics/bootstrap.js";
import type { Interval, OwnInterval } from "#stdlib/statistics/interval.js";
import { independentDifference } from "#stdlib/statistics/mover.js";
import { pairedShares, pairedSharesOfSome } from "#stdlib/statistics/paired-shares.js";
import { percentiles } from "#stdlib/statistics/percentiles.js";
import { endsOf, endsOfDifference, isTooFew, type Spread, type TooFew } from "#stdlib/statistics/spread.js";
import { wilson } from "#stdlib/statistics/wilson.js";
import { plural } from "../../host/text.js";

/** A metric of one model on some rows. */
export interface Measure {
  readonly name: string;
  readonly call: Call;
  readonly value: number;
  /** Of no number: the reason, where there is one to give. */
  readonly why?: string;
  /** What it says beside its number. */
  readonly notes?: readonly string[];
  readonly better: Direction;
  /** What is perfect, as its record says. */
  readonly perfect?: 1 | 100 | undefined;
  /** Whether it is the share of units that are right. */
  readonly share: boolean;
  readonly resampling: Resampling | null;
}
export interface Score {
  readonly value: number;
  /** Null: it has none. */
  readonly interval: Interval | null;
  readonly by: "Wilson" | "bootstrap" | "MOVER" | OwnInterval["by"] | null;
  /** Why it has no interval, where that is known: draws took too long, or they bend it so that it lies beside what they say. */
  readonly without?: "slow" | "bent";
  /** The label that has too few rows for an interval. */
  readonly few?: TooFew;
  /** Of a bootstrap. */
  readonly resamples: number;
}
/** `differs`: the metric has no direction, so that the greater score is neither better nor worse. */
export type Verdict = "better" | "worse" | "differs" | "no difference shown";
export interface Difference {
  /** Of the second less the first. */
  readonly value: number;
  readonly interval: Interval | null;
  /** Of the second; null: nothing can be said. */
  readonly verdict: Verdict | null;
}

export interface Drawn {
  readonly measure: Measure;
  readonly score: Score;
  readonly scores: readonly number[];
}
export type Compared = ReadonlyMap<Measure, Drawn>;

export async function drawAll(measures: readonly Measure[], signal?: AbortSignal): Promise<Compared> {
  const able = measures.flatMap((measure) => {
    const { resampling, value } = measure;
    // Shares have intervals without a draw, and so have their differences.
    const without = resampling?.interval ?? (measure.share && resampling?.single);
    const drawn = resampling && !Number.isNaN(value) && !without && !isRare(resampling);
    return drawn ? [{ measure, resampling }] : [];
  });
  const drawn = await bootstrap(
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

function scoreOf({ value, share, resampling }: Measure, scores: readonly number[]): Score {
  if (share && resampling?.single && resampling.units > 0 && !Number.isNaN(value))
    return {
      value,
      interval: wilson(Math.round(value * resampling.units), resampling.units),
      by: "Wilson",
      resamples: 0,
    };
  const own = resampling?.interval;
  if (own && !Number.isNaN(value)) {
    const interval = own.of(allOf(resampling));
    return { value, interval, by: interval && own.by, resamples: 0 };
  }
  const spread = resampling && isRare(resampling) && !Number.isNaN(value) ? spreadIn(resampling) : null;
  if (spread) {
    if (isTooFew(spread)) return { value, interval: null, by: null, few: spread, resamples: 0 };
    const interval = wide(endsOf(value, spread));
    return { value, interval, by: interval && "MOVER", resamples: 0 };
  }
  const known = wide(percentiles(scores));
  const none = { value, interval: null, by: null, resamples: scores.length };
  if (known && !holds(known, value)) return { ...none, without: "bent" };
  if (known) return { ...none, interval: known, by: "bootstrap" };
  const slow = scores.length === 0 && resampling !== null && resampling.units > 1 && !Number.isNaN(value);
  return { ...none, ...(slow && { without: "slow" }) };
}
const allOf = ({ units }: Resampling): Uint32Array => Uint32Array.from({ length: units }, (_, unit) => unit);
/** Asked for each score and for each of its differences. */
const rare = new WeakMap<Resampling, boolean>();
function isRare(of: Resampling): boolean {
  const known = rare.get(of) ?? of.rare?.frequent(allOf(of)) === false;
  rare.set(of, known);
  return known;
}
const spreads = new WeakMap<Resampling, Spread | TooFew>();
function spreadIn(of: Resampling): Spread | TooFew | null {
  const known = spreads.get(of) ?? of.rare?.of(allOf(of));
  if (known) spreads.set(of, known);
  return known ?? null;
}

/** As far as floating point tells. */
function holds({ low, high }: Interval, value: number): boolean {
  const least = 1e-9 * Math.max(Math.abs(low), Math.abs(high));
  return low - least <= value && value <= high + least;
}

/** Where every draw says the same, as of scores without a mistake, the bootstrap knows nothing of what other rows would say. */
const wide = (interval: Interval | null): Interval | null =>
  interval && interval.low < interval.high ? interval : null;

export function difference(first: Drawn, second: Drawn): Difference {
  const value = second.score.value - first.score.value;
  const [a, b] = [first.measure.resampling, second.measure.resampling];
  if (!a || !b || a.units !== b.units || a.same !== b.same || Number.isNaN(value))
    return { value, interval: null, verdict: null };
  const own = a.interval ?? b.interval;
  const byShares = first.measure.share && a.single;
  // Where a label is too rare for the draws of one of them, both go by it.
  if (!byShares && !own && (isRare(a) || isRare(b))) return rareDifference(first, second, [spreadIn(a), spreadIn(b)]);
  const ends = own
    ? (pairedOwn(a, b) ?? apartFrom(first.score, second.score))
    : byShares
      ? pairedShares(eachOf(a), eachOf(b))
      : percentiles(paired(first.scores, second.scores));
  const interval = wide(ends);
  // A bootstrap of a few rows knows too little of others: two models that are alike are told apart much too often.
  if (!byShares && !own && a.units < TOLD) return { value, interval, verdict: null };
  // Every draw says the same, so that nobody knows how far others would go.
  if (!interval) return { value, interval, verdict: ends && value === 0 ? "no difference shown" : null };
  return { value, interval, verdict: verdictIn(interval, second) };
}

function verdictIn({ low, high }: Interval, { measure: { better } }: Drawn): Verdict {
  if (low <= 0 && high >= 0) return "no difference shown";
  return verdictOf(low > 0 ? 1 : -1, better);
}
/** Verdict on the second of two scores, whose difference is not 0. */
export function verdictOf(difference: number, better: Direction): Exclude<Verdict, "no difference shown"> {
  if (better === "none") return "differs";
  return difference > 0 === (better === "greater") ? "better" : "worse";
}

function rareDifference(first: Drawn, second: Drawn, [a, b]: readonly (Spread | TooFew | null)[]): Difference {
  const value = second.score.value - first.score.value;
  if (!a || !b || isTooFew(a) || isTooFew(b)) return { value, interval: null, verdict: null };
  const ends = endsOfDifference({ value: first.score.value, spread: a }, { value: second.score.value, spread: b });
  return { value, interval: ends, verdict: verdictIn(ends, second) };
}

/** Of shares whose own intervals tell what each row adds. */
function pairedOwn(a: Resampling, b: Resampling): Interval | null {
  const [first, second] = [a, b].map((of) => of.interval?.each?.(allOf(of)));
  return first && second ? pairedSharesOfSome(first, second) : null;
}

/**
 * From the intervals of both, as if they had nothing to do with each other, so that of scores of the same rows it is rather too
 * wide.
 */
function apartFrom(first: Score, second: Score): Interval | null {
  const [a, b] = [first.interval, second.interval];
  return a && b && independentDifference({ value: second.value, interval: b }, { value: first.value, interval: a });
}

function paired(first: readonly number[], second: readonly number[]): Float64Array {
  return Float64Array.from({ length: Math.min(first.length, second.length) }, (_, i) => second[i]! - first[i]!);
}

/** The score of each unit by itself: 1 where it is right. */
function eachOf({ units, score }: Resampling): Float64Array {
  return Float64Array.from({ length: units }, (_, unit) => score(Uint32Array.of(unit)));
}

/** Things that are drawn from at least, for a difference by the bootstrap to say which is better. */
export const TOLD = 20;
/** Things that were drawn from, below which a bootstrap is too sure of itself: `tunebook bench coverage` counts how much. */
const FEW = 50;

const HOW = {
  jackknife: "jackknife",
  bins: "from how far chance takes each bin",
} as const;

/** How the intervals of a table were made, in one line. */
export function methodsOf(drawn: readonly Drawn[]): string {
  const named = (by: Score["by"]): readonly Drawn[] => drawn.filter(({ score }) => score.by === by);
  const names = (of: readonly Drawn[]): string => [...new Set(of.map(({ measure }) => measure.name))].join(", ");
  const booted = named("bootstrap");
  const fewer = booted.filter(({ score }) => score.resamples < RESAMPLES);
  const units = [
    ...new Set(booted.flatMap(({ measure }) => measure.resampling?.of ?? []).filter((of) => of !== "row")),
  ];
  const narrow = booted.filter(({ measure }) => (measure.resampling?.units ?? FEW) < FEW);
  const with_ = new Set(drawn.flatMap(({ measure, score }) => (score.interval ? [measure.name] : [])));
  // An answer that never changes may have none where the models have theirs, as its cell shows.
  const without = named(null).filter(({ measure: { name, value } }) => !Number.isNaN(value) && !with_.has(name));
  const because = (why: Score["without"]): string =>
    names(without.filter(({ score }) => score.without === why && !score.few));
  const few = without.flatMap(({ measure: { name }, score }) =>
    score.few ? [`no interval for ${name}: ${tooFew(score.few)}`] : [],
  );
  return [
    named("Wilson").length > 0 && `Wilson (${names(named("Wilson"))})`,
    booted.length > 0 &&
      `bootstrap of ${RESAMPLES.toLocaleString("en-US")} draws${units.length > 0 ? ` of ${units.map(several).join(", ")}` : ""}`,
    ...[...new Set(fewer.map(({ score }) => score.resamples))].map(
      (count) => `of ${count} for ${names(fewer.filter(({ score }) => score.resamples === count))}, of so many`,
    ),
    narrow.length > 0 && `of fewer than ${String(FEW)} too narrow (about 9 in 10 hold what they should)`,
    narrow.some(({ measure }) => (measure.resampling?.units ?? TOLD) < TOLD) &&
      `of fewer than ${String(TOLD)} no difference is claimed`,
    ...(["jackknife", "bins"] as const).map((by) => named(by).length > 0 && `${HOW[by]} (${names(named(by))})`),
    named("MOVER").length > 0 && `MOVER (${names(named("MOVER"))})`,
    ...new Set(few),
    because(undefined) !== "" && `none for ${because(undefined)}`,
    because("slow") !== "" && `none for ${because("slow")}, of which draws would take more than half a minute`,
    because("bent") !== "" && `none for ${because("bent")}, which draws with repetition bend`,
  ]
    .filter(Boolean)
    .join("; ");
}

/** `2 rows of “fraud”; 4 are needed`. */
function tooFew({ label, rows, needed, predicted }: TooFew): string {
  return `${plural(rows, "row")} ${predicted ? "predicted as" : "of"} “${label}”; ${needed === 1 ? "1 is" : `${String(needed)} are`} needed`;
}

function several(unit: Resampling["of"]): string {
  return unit === "search" ? "searches" : unit === "group of rows" ? "groups of rows" : `${unit}s`;
}
