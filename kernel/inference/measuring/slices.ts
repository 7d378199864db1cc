/**
 * Scores of parts of the rows that were scored: of each slice the same metrics, drawn again as those of the whole are. Who asks
 * says what parts them. Of very many rows some are looked at, at equal distances.
 */
import type { RowPartition } from "#stdlib/slicings/kind.js";
import type { Resampling } from "#stdlib/statistics/bootstrap.js";
import { cachedPerDraw } from "#stdlib/metrics/shared/resampled-outcomes.js";
import type { MetricMeasure } from "./comparison.js";

export interface RowSlice {
  readonly name: string;
  /** Numbers of its rows among those that were scored, from 0. */
  readonly rows: Uint32Array;
}
export interface RowSlices {
  /** In the order of their names, where that is one of their own; else those of most rows first. */
  readonly slices: readonly RowSlice[];
  /** Rows that were looked at. */
  readonly looked: number;
  readonly total: number;
}

/** Rows from which on a slice's score says something. */
export const MIN_SLICE_ROWS = 20;
/** Rows that are looked at, at most. */
const MOST = 100_000;

/** Numbers of the rows, of `count`, that are looked at. */
export function sampledRowNumbers(count: number): Uint32Array {
  const step = Math.max(1, Math.ceil(count / MOST));
  return Uint32Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}

/** `parted`: the rows `looked`, of `of`. */
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

/** Whether there are enough slices with rows enough to be told apart at all. */
export function canCompareSlices({ slices }: RowSlices): boolean {
  return slices.filter(({ rows }) => rows.length >= MIN_SLICE_ROWS).length > 1;
}

/** The metrics that are made of rows, on a slice of `count` of them; null: of anything else, or of other rows. */
export function measureSlice(
  measures: readonly MetricMeasure[],
  { rows }: RowSlice,
  count: number,
): readonly (MetricMeasure | null)[] {
  // One draw is one list for all of them: what they make of it is kept by it.
  const inWhole = cachedPerDraw((drawn) => drawn.map((index) => rows[index]!));
  return measures.map((measure) => {
    const whole = measure.resampling;
    if (whole?.units !== count || Number.isNaN(measure.value) || !byRow.has(whole.unit)) return null;
    const score = (drawn: Uint32Array): number => whole.score(inWhole(drawn));
    const { interval: wholeInterval, rare } = whole;
    const each = wholeInterval?.each;
    const resampling: Resampling = {
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
const byRow: ReadonlySet<Resampling["unit"]> = new Set(["row", "text", "question"]);
