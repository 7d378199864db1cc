/** Rows of any source as one arquero table: a column per name, missing values null, and `$row`, the row's number from 1. */
import { table, type ColumnTable } from "arquero";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { RowChunk } from "../../data/contract.js";
import { MAX_COLUMNS, MAX_ROWS } from "./codes.js";

/** Rows that a streamed source gives at a time. */
export const CHUNK_ROWS = 2048;
/** Cells at which it gives them sooner. */
const chunkCells = 2 ** 20;
/** Characters after which a file's first rows are enough to know its columns. */
export const HEAD_CHARACTERS = 20 * 2 ** 20;
/** Cells without a value that rows with this many columns or more may come to: keys that differ from row to row are no columns. */
const sparse = { columns: 1024, cells: 2 ** 24 };

/** Whether so many rows of so many columns are to be given on. */
export function isFullChunk(rows: number, columns: number): boolean {
  return rows >= CHUNK_ROWS || (rows > 0 && rows * columns >= chunkCells);
}

/** Coded error `too-many-columns`. */
export function checkColumnCount(file: string, columns: number, row: number | null): void {
  if (columns > MAX_COLUMNS) throw new CodedError("too-many-columns", { file, columns, limit: MAX_COLUMNS, row });
}

/** Of what is held in memory as a whole. Coded error `too-many-rows`. */
export function checkRowCount(file: string, rows: number): void {
  if (rows > MAX_ROWS) throw new CodedError("too-many-rows", { file, limit: MAX_ROWS });
}

/** Columns in the given order, each with `rows` values. Names that begin with `$` are refused (`reserved-column`). */
export function columnTableOf(
  file: string,
  columns: ReadonlyMap<string, readonly unknown[]>,
  rows: number,
): ColumnTable {
  checkColumnNames(file, columns.keys());
  return tableWithRowNumbers(
    columns,
    Array.from({ length: rows }, (_, i) => i + 1),
  );
}

export function checkColumnNames(file: string, names: Iterable<string>): void {
  for (const name of names)
    if (name.startsWith("$") || name === "__proto__") throw new CodedError("reserved-column", { file, column: name });
}

export function tableWithRowNumbers(
  columns: ReadonlyMap<string, readonly unknown[]>,
  numbers: readonly number[],
): ColumnTable {
  return table([...columns, ["$row", numbers]] as [string, unknown[]][]);
}

/** Gathers objects into columns: names in order of first appearance. */
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
    if (this.rows > MAX_ROWS) checkRowCount(this.file, this.rows);
  }
  /** Whether there are as many as a streamed source gives at a time. */
  get enough(): boolean {
    return isFullChunk(this.rows, this.columns.size);
  }
  table(): ColumnTable {
    for (const column of this.columns.values()) this.fill(column);
    return columnTableOf(this.file, this.columns, this.rows);
  }
  /** What was gathered since the last time. */
  take(): RowChunk {
    for (const column of this.columns.values()) this.fill(column);
    checkColumnNames(this.file, this.columns.keys());
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

/** What a value is, in words. */
export function valueKindText(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  return (
    { string: "a text", number: "a number", boolean: "a truth value", function: "a function" }[
      typeof value as string
    ] ?? "an object"
  );
}
