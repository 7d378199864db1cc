/**
 * Scores of parts of the scored rows: the same metrics per slice, with the same resampling. The caller defines the
 * parts. Very many rows are sampled at equal distances.
 */
import type { RowPartition } from "#stdlib/slicings/kind.js";
import type { BootstrapScorer } from "#stdlib/statistics/bootstrap.js";
import { cachedPerDraw } from "#stdlib/metrics/shared/resampled-outcomes.js";
import type { MeasuredMetric } from "./comparison.js";

export interface RowSlice {
  readonly name: string;
  /** Indices of its rows among the scored rows, from 0. */
  readonly rows: Uint32Array;
}
export interface RowSlices {
  /** In the natural order of their names if there is one; otherwise by descending row count. */
  readonly slices: readonly RowSlice[];
  /** Number of rows examined. */
  readonly looked: number;
  readonly total: number;
}

/** Minimum rows for a meaningful score of a slice. */
export const MIN_SLICE_ROWS = 20;
/** Maximum number of rows examined. */
const MOST = 100_000;

/** Returns the indices of the examined rows among `count`. */
export function sampledRowNumbers(count: number): Uint32Array {
  const step = Math.max(1, Math.ceil(count / MOST));
  return Uint32Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}

/** Groups the rows `looked`, sampled from `total`, by their part. */
export function slicesOf(
  looked: Uint32Array,
  { names, partOfRow: parts, ordered }: RowPartition,
  total: number,
): RowSlices {
  const rows = names.map((): number[] => []);
  parts.forEach((part, index) => rows[part]?.push(looked[index]!));
  const slices = names
    .map((name, part) => ({ name, rows: Uint32Array.from(rows[part] ?? []) }))
    .filter((slice) => slice.rows.length > 0);
  if (!ordered) slices.sort((a, b) => b.rows.length - a.rows.length || (a.name < b.name ? -1 : 1));
  return { slices, looked: looked.length, total };
}

/** Whether at least two slices have enough rows to be compared. */
export function canCompareSlices({ slices }: RowSlices): boolean {
  return slices.filter(({ rows }) => rows.length >= MIN_SLICE_ROWS).length > 1;
}

/**
 * Recomputes the row-based metrics on a slice; `count` is the number of all scored rows. Null for metrics of other
 * units or other rows.
 */
export function measureSlice(
  measures: readonly MeasuredMetric[],
  { rows }: RowSlice,
  count: number,
): readonly (MeasuredMetric | null)[] {
  // All metrics share the same list per draw, because their results are cached by it.
  const inWhole = cachedPerDraw((drawn) => drawn.map((index) => rows[index]!));
  return measures.map((measure) => {
    const whole = measure.resampling;
    if (whole?.units !== count || Number.isNaN(measure.value) || !byRow.has(whole.unit)) return null;
    const score = (drawn: Uint32Array): number => whole.score(inWhole(drawn));
    const { interval: wholeInterval, rare } = whole;
    const each = wholeInterval?.each;
    const resampling: BootstrapScorer = {
      unit: whole.unit,
      units: rows.length,
      single: whole.single,
      score,
      ...(wholeInterval && {
        interval: {
          by: wholeInterval.by,
          intervalOf: (units) => wholeInterval.intervalOf(inWhole(units)),
          ...(each && { each: (units) => each(inWhole(units)) }),
        },
      }),
      ...(rare && {
        rare: {
          frequent: (units) => rare.frequent(inWhole(units)),
          measureSpread: (units) => rare.measureSpread(inWhole(units)),
        },
      }),
    };
    return { ...measure, value: whole.score(rows), resampling };
  });
}
const byRow: ReadonlySet<BootstrapScorer["unit"]> = new Set(["row", "text", "question"]);
