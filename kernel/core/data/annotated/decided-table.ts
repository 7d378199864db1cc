/**
 * The table of a split as people decided by now: what was decided after the rows were prepared is laid over them. A row that is
 * new to the data (it had no label, or was left out) has its split when the rows are prepared again.
 */
import { table as makeTable, type ColumnTable } from "arquero";
import type { RowName } from "#dsl/types/row-name.js";
import { nameRowsBy, rowNamesOf, sourceNameOf } from "../row-names.js";
import { sameLabel, type Label } from "./line.js";
import type { Annotated, AnnotatedRow } from "./overlay.js";
import type { Standing, Verdict } from "./standing.js";

/** `role`: whose values are decided on. The table itself where nothing was decided since. */
export function decidedTable(table: ColumnTable, { rows, standing }: Annotated, role: string): ColumnTable {
  const since = changedIn(rows, standing);
  if (since.size === 0) return table;
  const names = Array.from(rowNamesOf(table, table.array("$row") as ArrayLike<number>));
  const kept = names.flatMap((name, at) => (since.get(name) === null ? [] : [at]));
  const columns = table.columnNames().map((column): [string, unknown[]] => {
    const values = table.array(column) as ArrayLike<unknown>;
    return [column, kept.map((at) => (column === role ? since.get(names[at]!) : undefined) ?? values[at])];
  });
  const decided = makeTable(columns);
  nameRowsBy(decided, sourceNameOf(table));
  return decided;
}

/** Rows about which something else stands by now: the label that they have; null: they are in the data no more. */
function changedIn(rows: readonly AnnotatedRow[], standing: Standing): ReadonlyMap<RowName, Label | null> {
  return new Map(
    rows.flatMap((row) => {
      const [then, now] = [labelBy(row, row.verdict), labelBy(row, standing.verdict(row))];
      return sameLabel(then, now) ? [] : [[row.row, now] as const];
    }),
  );
}

function labelBy({ before }: AnnotatedRow, verdict: Verdict): Label | null {
  if (verdict.is === "drop") return null;
  return verdict.is === "label" ? verdict.label : before;
}
