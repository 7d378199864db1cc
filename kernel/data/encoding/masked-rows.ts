/** Shows which tokens of some rows are trained. Rows whose target is one label have no such mask. */
import type { TaskImplementation } from "#stdlib/tasks/kind.js";
import type { MaskedRow } from "./masked-row.js";
import type { MaskOptions } from "./masked-tokens.js";
import type { RowEncoder } from "./row-formats/row-encoder.js";
import { rowEncoderOf } from "./row-formats/row-encoders.js";
import type { EncodedRows } from "./rows.js";

type Task = Pick<TaskImplementation, "supervision">;

export function hasTokenMask(task: Task): boolean {
  return rowEncoderOf(task).hasMask(task.supervision);
}

export function maskTitleOf(task: Task): RowEncoder["maskTitle"] {
  return rowEncoderOf(task).maskTitle;
}

/** Returns the first rows with their masks. */
export async function firstMaskedRows(
  rows: EncodedRows,
  task: Task,
  options: MaskOptions & { readonly most: number },
): Promise<readonly MaskedRow[]> {
  const encoder = rowEncoderOf(task);
  const most = Math.min(options.most, rows.lengths.length);
  return Promise.all(Array.from({ length: most }, (_, row) => encoder.maskedRow(rows, row, options)));
}
