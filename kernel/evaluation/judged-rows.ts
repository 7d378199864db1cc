/** Rows that are judged by a cheap probe. */
import { must } from "#dsl/language/diagnostics/must.js";
import type { RowName } from "#dsl/language/types/row-name.js";
import { valuesOf, type Part } from "../runs/part.js";
import { evenlyPicked } from "../data/rows/length-statistics.js";
import { splitNamesOf, type Prepared } from "../data/prepared.js";
import { rowNamesOf } from "../data/row/row-names.js";
import { StreamedRows } from "../data/rows/streamed-rows.js";

export interface JudgedRow {
  readonly split: string;
  readonly row: RowName;
  /** Its place in the split, from 0. */
  readonly at: number;
  readonly text: string;
  /** Its label, or its score. */
  readonly value: string;
}

/**
 * Of one split, or of all: at most `most` rows, at equal distances where there are more, wherever they lie. `column`: the role
 * that is judged.
 */
export function judgedIn(
  prepared: Prepared,
  split: string | null,
  column: "label" | "score",
  most: number,
): readonly JudgedRow[] {
  const names = split === null ? splitNamesOf(prepared) : [split];
  const all = names.reduce((sum, name) => sum + rowsOf(prepared, name), 0);
  const share = Math.min(1, most / Math.max(1, all));
  return names.flatMap((name) => judgedOf({ prepared, split: name }, column, share));
}

/** `share`: of the split's rows. */
function judgedOf(part: Part, column: "label" | "score", share: number): readonly JudgedRow[] {
  const { prepared, split } = part;
  const rows = rowsOf(prepared, split);
  const picked = share < 1 ? evenlyPicked(rows, Math.max(1, Math.floor(share * rows))) : null;
  const values = (role: string): readonly unknown[] | null => {
    const own = valuesOf(part, role);
    return own ? (picked ? picked.map((row) => own.at(row)) : Array.from(own)) : null;
  };
  const table = must(prepared.streamed?.[split] ?? prepared.splits[split], `the split ${split}`);
  const numbers =
    table instanceof StreamedRows ? table.numbers : Int32Array.from(table.array("$row") as ArrayLike<number>);
  const named = rowNamesOf(table, picked ? Int32Array.from(picked, (row) => must(numbers[row], "a row")) : numbers);
  const [texts, pairs, told] = [values("text"), values("text_pair"), values(column)];
  return Array.from(named, (row, i) => ({
    split,
    row,
    at: picked?.[i] ?? i,
    value: String(told?.[i]),
    text: pairs ? `${String(texts?.[i])} ${String(pairs[i])}` : String(texts?.[i]),
  }));
}

/** How many rows a split has. */
export function rowsOf({ streamed, splits }: Prepared, split: string): number {
  return streamed?.[split]?.rows ?? splits[split]?.numRows() ?? 0;
}
