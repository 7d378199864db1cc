/** Rows that a probe checks for label errors. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import { roleValuesOf, type PreparedDataSplit } from "../runs/split-rows.js";
import { evenlySpacedRows } from "../data/rows/length-statistics.js";
import { splitNamesOf, type PreparedData } from "../data/prepared.js";
import { rowNamesOf } from "../data/row/row.js";
import { StreamedRows } from "../data/rows/streamed-rows.js";

export interface JudgedRow {
  readonly split: string;
  readonly row: RowIdentifier;
  /** Its index in the split, from 0. */
  readonly index: number;
  readonly text: string;
  /** Its label, or its score. */
  readonly value: string;
}

/**
 * Reads at most `most` rows of one split, or of all, evenly spaced if there are more. `column`: the role that is
 * judged.
 */
export function rowsToJudgeIn(
  prepared: PreparedData,
  split: string | null,
  column: "label" | "score",
  most: number,
): readonly JudgedRow[] {
  const names = split === null ? splitNamesOf(prepared) : [split];
  const all = names.reduce((sum, name) => sum + rowCountOf(prepared, name), 0);
  const share = Math.min(1, most / Math.max(1, all));
  return names.flatMap((name) => judgedOf({ prepared, split: name }, column, share));
}

/** `share`: fraction of the split's rows. */
function judgedOf(part: PreparedDataSplit, column: "label" | "score", share: number): readonly JudgedRow[] {
  const { prepared, split } = part;
  const rows = rowCountOf(prepared, split);
  const picked = share < 1 ? evenlySpacedRows(rows, Math.max(1, Math.floor(share * rows))) : null;
  const values = (role: string): readonly unknown[] | null => {
    const own = roleValuesOf(part, role);
    return own ? (picked ? picked.map((row) => own.at(row)) : Array.from(own)) : null;
  };
  const table = mustExist(prepared.streamed?.[split] ?? prepared.splits[split], `the split ${split}`);
  const numbers =
    table instanceof StreamedRows ? table.numbers : Int32Array.from(table.array("$row") as ArrayLike<number>);
  const named = rowNamesOf(
    table,
    picked ? Int32Array.from(picked, (row) => mustExist(numbers[row], "a row")) : numbers,
  );
  const [texts, pairs, columnValues] = [values("text"), values("text_pair"), values(column)];
  return Array.from(named, (row, i) => ({
    split,
    row,
    index: picked?.[i] ?? i,
    value: String(columnValues?.[i]),
    text: pairs ? `${String(texts?.[i])} ${String(pairs[i])}` : String(texts?.[i]),
  }));
}

export function rowCountOf({ streamed, splits }: PreparedData, split: string): number {
  return streamed?.[split]?.rows ?? splits[split]?.numRows() ?? 0;
}
