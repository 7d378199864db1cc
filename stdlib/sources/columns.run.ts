/** Rows of any source as one arquero table: a column per name, missing values null, and `$row`, the row's number from 1. */
import { table, type ColumnTable } from "arquero";
import { CodedError } from "#dsl/check/codes.js";
import "./codes.js";

/** Columns in the given order, each with `rows` values. Names that begin with `$` are refused (`reserved-column`). */
export function tableOf(file: string, columns: ReadonlyMap<string, readonly unknown[]>, rows: number): ColumnTable {
  for (const name of columns.keys())
    if (name.startsWith("$") || name === "__proto__") throw new CodedError("reserved-column", { file, column: name });
  return numbered(
    columns,
    Array.from({ length: rows }, (_, i) => i + 1),
  );
}

export function numbered(columns: ReadonlyMap<string, readonly unknown[]>, numbers: readonly number[]): ColumnTable {
  return table([...columns, ["$row", numbers]] as [string, unknown[]][]);
}

/** Gathers objects into columns: names in order of first appearance. */
export class Gathered {
  private readonly columns = new Map<string, unknown[]>();
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
    for (const column of this.columns.values()) while (column.length < this.rows) column.push(null);
    return tableOf(file, this.columns, this.rows);
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
