/**
 * Rows as they were read to rows that are clean, whole and, where they are held in memory, in their splits: what comes before any
 * is thinned out or repeated.
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
  /** Of streamed rows: all of them once more, where a plan must know them before the first goes anywhere. */
  readonly again?: () => AsyncIterable<readonly DataRow[]>;
  /** Whether rows are divided as they come. */
  readonly streamed: boolean;
  readonly signal?: AbortSignal | undefined;
  /** What people decided about the rows of a plan with annotations; absent: nothing yet. */
  readonly decisions?: AnnotationLines | undefined;
}
/**
 * Rows in memory, clean and with their splits, before any is thinned out or repeated: what plans that differ in `thin` alone
 * have in common. Nothing of it is changed by who goes on from it.
 */
export interface SplitAndCleanedRows {
  /** The first of them, as they are shown. */
  readonly first: readonly DataRow[];
  readonly divided: readonly SplitRow[];
  readonly drops: DroppedRows;
  readonly cleaners: RowCleaning;
  /** How many were read. */
  readonly read: number;
}

/** Rows that a preview shows. */
export const PREVIEW_ROWS = 5;

/** Of a plan without annotations. Coded errors: those of `pass` that come before. */
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

/** Chunks of clean rows; a single one of all where they are not streamed. `read` counts what came. */
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

/** `count` rows at equal distances over the data. */
function evenly(rows: readonly DataRow[], count: number | null): readonly DataRow[] {
  if (count === null || count >= rows.length) return rows;
  return Array.from({ length: count }, (_, i) => rows[Math.floor(((i + 0.5) * rows.length) / count)]!);
}
