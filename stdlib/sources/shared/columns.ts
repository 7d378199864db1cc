/**
 * Builds one arquero table from the rows of any source: a column per name, missing values null, and `$row`, the row's
 * number from 1.
 */
import { table, type ColumnTable } from "arquero";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { RowChunk } from "../../data/contract.js";
import { MAX_COLUMNS, MAX_ROWS } from "./codes.js";

/** Rows per chunk of a streamed source. */
export const CHUNK_ROWS = 2048;
/** Maximum cells of a chunk; a chunk with more is yielded before it has `CHUNK_ROWS` rows. */
const chunkCells = 2 ** 20;
/** Characters after which the rows read so far are enough to know the columns. */
export const COLUMN_DETECTION_CHARACTERS = 20 * 2 ** 20;
/** From this many columns on, at most this many cells may be empty: keys that differ between rows are not columns. */
const sparse = { columns: 1024, cells: 2 ** 24 };

/** Checks whether the rows fill a chunk. */
export function isFullChunk(rows: number, columns: number): boolean {
  return rows >= CHUNK_ROWS || (rows > 0 && rows * columns >= chunkCells);
}

/** Coded error `too-many-columns`. */
export function checkColumnCount(file: string, columns: number, row: number | null): void {
  if (columns > MAX_COLUMNS) throw new CodedError("too-many-columns", { file, columns, limit: MAX_COLUMNS, row });
}

/** For a table that is in memory completely. Coded error `too-many-rows`. */
export function checkRowLimit(file: string, rows: number): void {
  if (rows > MAX_ROWS) throw new CodedError("too-many-rows", { file, limit: MAX_ROWS });
}

/**
 * Builds a table with the columns in the given order, each with `rows` values. Names that begin with `$` are refused
 * (`reserved-column`).
 */
export function columnTableOf(
  file: string,
  columns: ReadonlyMap<string, readonly unknown[]>,
  rows: number,
): ColumnTable {
  refuseReservedColumnNames(file, columns.keys());
  return tableWithRowNumbers(
    columns,
    Array.from({ length: rows }, (_, i) => i + 1),
  );
}

export function refuseReservedColumnNames(file: string, names: Iterable<string>): void {
  for (const name of names)
    if (name.startsWith("$") || name === "__proto__") throw new CodedError("reserved-column", { file, column: name });
}

export function tableWithRowNumbers(
  columns: ReadonlyMap<string, readonly unknown[]>,
  numbers: readonly number[],
): ColumnTable {
  return table([...columns, ["$row", numbers]] as [string, unknown[]][]);
}

/** Collects objects into columns, with names in order of first appearance. */
export class RecordCollector {
  private columns = new Map<string, unknown[]>();
  private nulls = 0;
  rows = 0;
  constructor(private readonly file: string) {}
  /** Coded error `too-many-columns`. */
  add(record: object): void {
    for (const [name, value] of Object.entries(record)) {
      let column = this.columns.get(name);
      if (!column) {
        this.columns.set(name, (column = []));
        checkColumnCount(this.file, this.columns.size, this.rows + 1);
      }
      this.fill(column);
      column.push(value);
    }
    this.rows++;
    if (this.rows > MAX_ROWS) checkRowLimit(this.file, this.rows);
  }
  /** Whether the rows fill a chunk of a streamed source. */
  get enough(): boolean {
    return isFullChunk(this.rows, this.columns.size);
  }
  table(): ColumnTable {
    for (const column of this.columns.values()) this.fill(column);
    return columnTableOf(this.file, this.columns, this.rows);
  }
  /** Returns and clears the collected rows. */
  take(): RowChunk {
    for (const column of this.columns.values()) this.fill(column);
    refuseReservedColumnNames(this.file, this.columns.keys());
    const chunk = { columns: this.columns, rows: this.rows };
    this.columns = new Map();
    this.rows = this.nulls = 0;
    return chunk;
  }
  private fill(column: unknown[]): void {
    const missing = this.rows - column.length;
    if (missing <= 0) return;
    this.nulls += missing;
    const columns = this.columns.size;
    if (this.nulls > sparse.cells && columns >= sparse.columns)
      throw new CodedError("too-many-columns", { file: this.file, columns, limit: null, row: this.rows });
    while (column.length < this.rows) column.push(null);
  }
}

/** Describes the kind of a value in words. */
export function valueKindText(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  return (
    { string: "a text", number: "a number", boolean: "a truth value", function: "a function" }[
      typeof value as string
    ] ?? "an object"
  );
}
