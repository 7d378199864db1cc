/**
 * Turns rows as read into clean, complete rows, divided into splits if they are in memory. This comes before rows are
 * thinned out or repeated.
 */
import type { DataPlan } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { AnnotationOverlay } from "../annotations/overlay.js";
import type { ParsedAnnotationLines } from "../annotations/line.js";
import { locateAnswersInContext } from "../rows/answers.js";
import { rowCleaningOf, DroppedRows, type RowCleaning } from "../rows/cleaning.js";
import { rowNameOf } from "../row/row.js";
import type { DataRow } from "../row/row.js";
import { yieldToEventLoop } from "../rows/rows.js";
import { assignSplits, type SplitRow } from "../rows/splitting.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import { isEmptyValue, requiredRoles } from "#stdlib/cleaners/drop_empty.js";

/**
 * Counts rows that lack a value which the task requires, and throws one error for all roles at the end, with the first
 * such row. Rows that a cleaner dropped for another reason (several empty rows are duplicates) are counted by their
 * source values.
 */
const NAMED = 5;

interface Lacking {
  readonly rows: RowIdentifier[];
  count: number;
}

export class MissingValueTracker {
  private readonly roles: readonly (readonly [role: string, column: string])[];
  private readonly found = new Map<string, Lacking>();
  /** Roles that some row lacks after cleaning. */
  private readonly left = new Set<string>();

  constructor(columns: Readonly<Record<string, string>>) {
    this.roles = requiredRoles.flatMap((role) => (columns[role] === undefined ? [] : [[role, columns[role]] as const]));
  }

  /**
   * @param cleaned the row after the cleaners; null: they dropped it
   * @returns whether the cleaned row lacks a value
   */
  look(given: DataRow, cleaned: DataRow | null): boolean {
    let lacks = false;
    for (const [role] of this.roles) {
      const isLeft = cleaned !== null && isEmptyValue(cleaned.values[role]);
      if (isLeft || isEmptyValue(given.values[role])) this.add(role, given);
      if (isLeft) this.left.add(role);
      lacks ||= isLeft;
    }
    return lacks;
  }

  private add(role: string, row: DataRow): void {
    const missing = this.found.get(role) ?? { rows: [], count: 0 };
    this.found.set(role, missing);
    missing.count++;
    if (missing.rows.length < NAMED) missing.rows.push(rowNameOf(row));
  }

  /** Throws the coded error `missing-value`. */
  demandNone(): void {
    const [first, ...also] = this.roles.flatMap(([role, column]) => {
      const missing = this.left.has(role) ? this.found.get(role) : undefined;
      return missing ? [{ role, column, ...missing }] : [];
    });
    if (first) throw new CodedError("missing-value", { ...first, ...(also.length > 0 && { also }) });
  }
}

export interface DataPassOptions {
  readonly registry: Registry;
  /** For streamed rows: reads all of them once more, if a plan needs all rows before the first can be assigned. */
  readonly again?: () => AsyncIterable<readonly DataRow[]>;
  /** Whether rows are divided as they arrive. */
  readonly streamed: boolean;
  readonly signal?: AbortSignal | undefined;
  /** People's decisions on the rows of a plan with annotations. Absent: none yet. */
  readonly decisions?: ParsedAnnotationLines | undefined;
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
  const missing = new MissingValueTracker(plan.columns);
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
      const placed = cleanRow && locateAnswersInContext(cleanRow);
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
