/** Reads a live TypeScript value as rows: an arquero table (its filter and order apply), or an array of objects. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { ColumnTable } from "arquero";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { SourceImplementation } from "../data/contract.js";
import {
  refuseReservedColumnNames,
  RecordCollector,
  valueKindText,
  tableWithRowNumbers,
  columnTableOf,
} from "./shared/columns.js";

export const table: SourceImplementation = {
  async open(call, world, limit = Infinity) {
    const reference = Object.values(call.arguments).find((a): a is { live: string } => isRecord(a) && "live" in a);
    const name = reference?.live ?? "";
    const value = world.live(name);
    if (isTable(value)) return fromTable(value, `$${name}`, limit);
    if (!Array.isArray(value)) throw new CodedError("not-a-table", { name, found: valueKindText(value) });
    const gathered = new RecordCollector(`$${name}`);
    const numbers: unknown[] = [];
    for (const row of (value as unknown[]).slice(0, limit)) {
      if (!isRecord(row))
        throw new CodedError("not-a-table", { name, found: `an array that holds ${valueKindText(row)}` });
      const { $row: number, ...columns } = row;
      numbers.push(number);
      gathered.add(columns);
    }
    const { columns, rows } = gathered.take();
    return named(new Map(columns), rows, numbers, `$${name}`);
  },
};

/** Tests by its methods: the notebook's arquero may be another copy of the library than ours. */
function isTable(value: unknown): value is ColumnTable {
  const able = value as { columnNames?: unknown; numRows?: unknown; array?: unknown } | null;
  return (
    typeof able === "object" && [able?.columnNames, able?.numRows, able?.array].every((f) => typeof f === "function")
  );
}

function fromTable(given: ColumnTable, name: string, limit: number): ColumnTable {
  const rows = Math.min(limit, given.numRows());
  const columns = new Map(
    given.columnNames().map((c) => [c, Array.from(given.array(c) as Iterable<unknown>).slice(0, rows)]),
  );
  const numbers = columns.get("$row") ?? [];
  columns.delete("$row");
  return named(columns, rows, numbers, name);
}

/**
 * A `$row` column from a data set is preserved, because it numbers the rows in the file. If it does not number all rows
 * (after a join or an insert), it is dropped and the rows are numbered anew.
 */
function named(
  columns: ReadonlyMap<string, readonly unknown[]>,
  rows: number,
  numbers: readonly unknown[],
  name: string,
): ColumnTable {
  refuseReservedColumnNames(name, columns.keys());
  const whole = rows > 0 && numbers.every((n): n is number => Number.isInteger(n) && (n as number) > 0);
  return whole && numbers.length === rows ? tableWithRowNumbers(columns, numbers) : columnTableOf(name, columns, rows);
}
