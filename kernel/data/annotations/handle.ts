/** Annotated data as a TypeScript value: the data set's handle, and `decide` for environments without a front end. */
import type { ColumnTable } from "arquero";
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { dataHandle, dataHandleTypeText, type DataHandle, type ReadColumnFunction } from "../rows/handle.js";
import type { PreparedData } from "../prepared.js";
import { table as makeTable } from "arquero";
import { setSplitSource, rowNamesOf, sourceNameOfSplit } from "../row/row.js";
import { isSameLabel } from "./line.js";
import type { AnnotatedRows, AnnotatedRow } from "./overlay.js";
import type { AnnotationVotes, AnnotationVerdict } from "./resolved-decisions.js";
import type { AnnotationSession } from "./annotation-session.js";
import type { AnnotationLabel } from "./line.js";

export type AnnotatedDataHandle = DataHandle & {
  /** Throws the coded errors `no-such-row`, `unknown-label`, and those of writing. */
  decide(row: RowIdentifier, label: AnnotationLabel | null, drop?: "drop"): void;
};

/** `annotation`: a session over all rows. `role`: the role of the annotated column. */
export function annotatedDataHandle(
  name: string,
  prepared: PreparedData,
  reads: ReadColumnFunction,
  annotation: AnnotationSession,
  role: string,
): AnnotatedDataHandle {
  const places = new Map(prepared.annotated?.rows.map(({ row }, index) => [row, index]));
  const decide: AnnotatedDataHandle["decide"] = (row, label, drop) => {
    const index = places.get(row);
    if (index === undefined) throw new CodedError("no-such-row", { data: name, row: String(row) });
    const { labels } = annotation.state;
    const unknown = [label ?? []].flat().find((one) => !labels.includes(one));
    if (unknown !== undefined && drop !== "drop")
      throw new CodedError("unknown-label", { label: unknown, data: name, has: labels });
    annotation.decide(
      index,
      drop === "drop" ? { does: "drop" } : label === null ? { does: "skip" } : { does: "label", label },
    );
  };
  const { annotated } = prepared;
  const now = annotated && ((table: ColumnTable) => decidedTable(table, annotated, role));
  return dataHandle(name, prepared, reads, { decide }, now) as AnnotatedDataHandle;
}

/** Returns the text of the handle's TypeScript type. `splits`: type texts of the splits, by name. */
export function annotatedDataHandleTypeText(splits: Readonly<Record<string, string>>): string {
  const decideType =
    '/** Labels a row: its label, null to skip it, or "drop" as a third argument to remove it. */ decide(row: number | string, label: string | readonly string[] | null, drop?: "drop"): void';
  return `${dataHandleTypeText(splits)} & { ${decideType} }`;
}

/** `role`: role of the annotated column. Returns the table unchanged if no decision was made since. */
function decidedTable(table: ColumnTable, { rows, standing }: AnnotatedRows, role: string): ColumnTable {
  const since = changedIn(rows, standing);
  if (since.size === 0) return table;
  const names = Array.from(rowNamesOf(table, table.array("$row") as ArrayLike<number>));
  const keptIndices = names.flatMap((name, index) => (since.get(name) === null ? [] : [index]));
  const columns = table.columnNames().map((column): [string, unknown[]] => {
    const values = table.array(column) as ArrayLike<unknown>;
    return [
      column,
      keptIndices.map((index) => (column === role ? since.get(names[index]!) : undefined) ?? values[index]),
    ];
  });
  const decided = makeTable(columns);
  setSplitSource(decided, sourceNameOfSplit(table));
  return decided;
}

/** Returns the rows whose decision changed since their preparation: the current label; null if the row was dropped. */
function changedIn(
  rows: readonly AnnotatedRow[],
  standing: AnnotationVotes,
): ReadonlyMap<RowIdentifier, AnnotationLabel | null> {
  return new Map(
    rows.flatMap((row) => {
      const [then, now] = [labelBy(row, row.verdict), labelBy(row, standing.verdict(row))];
      return isSameLabel(then, now) ? [] : [[row.row, now] as const];
    }),
  );
}

function labelBy({ before }: AnnotatedRow, verdict: AnnotationVerdict): AnnotationLabel | null {
  if (verdict.is === "drop") return null;
  return verdict.is === "label" ? verdict.label : before;
}
