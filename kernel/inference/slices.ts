/**
 * Scores of parts of the rows that were scored: of each slice the same metrics, drawn again as those of the whole are. A slice
 * is what is named alike; who asks says by what. Of very many rows some are named, at equal distances.
 */
import type { Resampling } from "#stdlib/lib/intervals/bootstrap.js";
import { lately } from "#stdlib/lib/tasks/drawn.js";
import type { Measure } from "./comparison.js";

/** What names the slice of a row (from 0); undefined: it is in none. */
export type SliceOf = (row: number) => string | undefined;
export interface Slice {
  readonly name: string;
  /** Numbers of its rows among those that were scored, from 0. */
  readonly rows: Uint32Array;
}
export interface Slices {
  /** Those of most rows first. */
  readonly slices: readonly Slice[];
  /** Rows that were looked at, and those of them in no slice. */
  readonly looked: number;
  readonly unnamed: number;
  readonly of: number;
}

/** Rows from which on a slice's score says something. */
export const FEWEST = 20;
/** Rows that are named at most. */
const MOST = 100_000;

export function slicesOf(count: number, sliceOf: SliceOf): Slices {
  const step = Math.max(1, Math.ceil(count / MOST));
  const rows = new Map<string, number[]>();
  const seen = { looked: 0, unnamed: 0 };
  for (let row = 0; row < count; row += step) {
    seen.looked++;
    const name = sliceOf(row);
    const own = name === undefined ? undefined : rows.get(name);
    if (name === undefined) seen.unnamed++;
    else if (own) own.push(row);
    else rows.set(name, [row]);
  }
  const slices = [...rows].map(([name, own]) => ({ name, rows: Uint32Array.from(own) }));
  slices.sort((a, b) => b.rows.length - a.rows.length || (a.name < b.name ? -1 : 1));
  return { slices, ...seen, of: count };
}

/** Those that are told by themselves; whether there are enough of them to be told apart at all. */
export function tellable({ slices }: Slices): boolean {
  return slices.filter(({ rows }) => rows.length >= FEWEST).length > 1;
}

/** The metrics that are made of rows, on a slice of `count` of them; null: of anything else, or of other rows. */
export function measuresIn(measures: readonly Measure[], { rows }: Slice, count: number): readonly (Measure | null)[] {
  // One draw is one list for all of them: what they make of it is kept by it.
  const inWhole = lately((drawn) => drawn.map((at) => rows[at]!));
  return measures.map((measure) => {
    const whole = measure.resampling;
    if (whole?.units !== count || Number.isNaN(measure.value) || !byRow.has(whole.of)) return null;
    const score = (drawn: Uint32Array): number => whole.score(inWhole(drawn));
    const resampling: Resampling = { of: whole.of, units: rows.length, single: whole.single, score };
    return { ...measure, value: whole.score(rows), resampling };
  });
}
const byRow: ReadonlySet<Resampling["of"]> = new Set(["row", "text", "question"]);
