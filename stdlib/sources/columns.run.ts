/** Rows of any source as one arquero table: a column per name, missing values null, and `$row`, the row's number from 1. */
import { table, type ColumnTable } from "arquero";
import { CodedError } from "#dsl/check/codes.js";
import type { RowChunk } from "../kinds/data.js";
import "./codes.js";

/** Rows that a streamed source gives at a time. */
export const CHUNK = 2048;

/** Columns in the given order, each with `rows` values. Names that begin with `$` are refused (`reserved-column`). */
export function tableOf(file: string, columns: ReadonlyMap<string, readonly unknown[]>, rows: number): ColumnTable {
  demandNames(file, columns.keys());
  return numbered(
    columns,
    Array.from({ length: rows }, (_, i) => i + 1),
  );
}

export function demandNames(file: string, names: Iterable<string>): void {
  for (const name of names)
    if (name.startsWith("$") || name === "__proto__") throw new CodedError("reserved-column", { file, column: name });
}

export function numbered(columns: ReadonlyMap<string, readonly unknown[]>, numbers: readonly number[]): ColumnTable {
  return table([...columns, ["$row", numbers]] as [string, unknown[]][]);
}

/** Gathers objects into columns: names in order of first appearance. */
export class Gathered {
  private columns = new Map<string, unknown[]>();
  rows = 0;
  add(record: object): void {
    for (const [name, value] of Object.entries(record)) {
      let column = this.columns.get(name);
      if (!column) this.columns.set(name, (column = []));
      while (column.length < this.rows) column.push(null);
      column.push(value);
    }
    this.rows++;
  }
  table(file: string): ColumnTable {
    this.fill();
    return tableOf(file, this.columns, this.rows);
  }
  /** What was gathered since the last time. */
  take(file: string): RowChunk {
    this.fill();
    demandNames(file, this.columns.keys());
    const chunk = { columns: this.columns, rows: this.rows };
    this.columns = new Map();
    this.rows = 0;
    return chunk;
  }
  private fill(): void {
    for (const column of this.columns.values()) while (column.length < this.rows) column.push(null);
  }
}

/** What a value is, in words. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  return (
    { string: "a text", number: "a number", boolean: "a truth value", function: "a function" }[
      typeof value as string
    ] ?? "an object"
  );
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
