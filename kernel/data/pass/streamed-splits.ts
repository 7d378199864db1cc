/**
 * Turns rows as read into clean, complete rows, divided into splits if they are in memory. This comes before rows are
 * thinned out or repeated.
 */
import type { DataPlan } from "#dsl/language/types/subject.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { AnnotationOverlay } from "../annotations/overlay.js";
import type { AnnotationLines } from "../annotations/line.js";
import { placeAnswers } from "../rows/answers.js";
import { rowCleaningOf, DroppedRows, type RowCleaning } from "../rows/cleaning.js";
import { rowNameOf } from "../row/row-names.js";
import type { DataRow } from "../row/row.js";
import { yieldToEventLoop } from "../rows/rows.js";
import { assignSplits, type SplitRow } from "../rows/splitting.js";
import { MissingValues } from "./missing.js";

export interface DataPassOptions {
  readonly registry: Registry;
  /** For streamed rows: reads all of them once more, if a plan needs all rows before the first can be assigned. */
  readonly again?: () => AsyncIterable<readonly DataRow[]>;
  /** Whether rows are divided as they arrive. */
  readonly streamed: boolean;
  readonly signal?: AbortSignal | undefined;
  /** People's decisions on the rows of a plan with annotations. Absent: none yet. */
  readonly decisions?: AnnotationLines | undefined;
}
/**
 * Rows in memory, clean and divided, before they are thinned out or repeated. They are shared by plans that differ only
 * in `thin`, and must not be changed.
 */
export interface SplitAndCleanedRows {
  /** The first rows, for display. */
  readonly first: readonly DataRow[];
  readonly divided: readonly SplitRow[];
  readonly drops: DroppedRows;
  readonly cleaners: RowCleaning;
  /** Number of rows read. */
  readonly read: number;
}

export const PREVIEW_ROWS = 5;

/** For plans without annotations. Throws the coded errors of the pass up to this point. */
export async function cleanAndSplitRows(
  plan: DataPlan,
  chunks: AsyncIterable<readonly DataRow[]>,
  options: DataPassOptions,
): Promise<SplitAndCleanedRows> {
  const drops = new DroppedRows();
  const read = { rows: 0 };
  const cleaners = await rowCleaningOf(plan, options.registry, drops, options);
  const all: DataRow[] = [];
  for await (const rows of cleanRowChunks(plan, chunks, { cleaners, drops, read, overlay: null }, options))
    for (const row of rows) all.push(row);
  const divided = all.length > 0 ? await assignSplits(all, plan, options.registry) : [];
  return { first: all.slice(0, PREVIEW_ROWS), divided, drops, cleaners, read: read.rows };
}

/** Yields chunks of clean rows; a single chunk if rows are not streamed. `read` counts the rows read. */
export async function* cleanRowChunks(
  plan: DataPlan,
  chunks: AsyncIterable<readonly DataRow[]>,
  {
    cleaners,
    drops,
    read,
    overlay,
  }: {
    readonly cleaners: RowCleaning;
    readonly drops: DroppedRows;
    readonly read: { rows: number };
    readonly overlay: AnnotationOverlay | null;
  },
  { streamed, signal }: DataPassOptions,
): AsyncGenerator<readonly DataRow[]> {
  const missing = new MissingValues(plan.columns);
  const all: DataRow[] = [];
  for await (const rows of chunks) {
    await yieldToEventLoop(signal);
    read.rows += rows.length;
    const cleanRows = rows.flatMap((given) => {
      const row = overlay ? overlay.read(given) : given;
      if (!row) {
        drops.add("not labelled yet", rowNameOf(given));
        return [];
      }
      const cleanRow = cleaners.clean(row);
      const placed = cleanRow && placeAnswers(cleanRow);
      return missing.look(row, placed ?? null) || !placed ? [] : placed;
    });
    if (streamed) yield cleanRows;
    else for (const row of cleanRows) all.push(row);
  }
  missing.demandNone();
  if (streamed || all.length === 0) return;
  const sampled = evenly(all, plan.sample);
  if (sampled.length < all.length) drops.count("outside the sample", all.length - sampled.length);
  yield sampled;
}

/** Returns `count` rows at equal distances. */
function evenly(rows: readonly DataRow[], count: number | null): readonly DataRow[] {
  if (count === null || count >= rows.length) return rows;
  return Array.from({ length: count }, (_, i) => rows[Math.floor(((i + 0.5) * rows.length) / count)]!);
}
