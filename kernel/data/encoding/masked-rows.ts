/** Shows which tokens of some rows are trained. Rows whose target is one label have no such mask. */
import type { TaskImplementation } from "#stdlib/tasks/kind.js";
import type { RowWithLossMask } from "./masked-row.js";
import type { LossMaskOptions } from "./masked-tokens.js";
import type { RowEncoder } from "./row-formats/row-encoder.js";
import { rowEncoderOf } from "./row-formats/row-encoders.js";
import type { EncodedRows } from "./rows.js";

type Task = Pick<TaskImplementation, "supervision">;

export function hasLossMask(task: Task): boolean {
  return rowEncoderOf(task).hasMask(task.supervision);
}

export function lossMaskTitleOf(task: Task): RowEncoder["maskTitle"] {
  return rowEncoderOf(task).maskTitle;
}

/** Returns the first rows with their masks. */
export async function firstRowsWithLossMask(
  rows: EncodedRows,
  task: Task,
  options: LossMaskOptions & { readonly most: number },
): Promise<readonly RowWithLossMask[]> {
  const encoder = rowEncoderOf(task);
  const most = Math.min(options.most, rows.lengths.length);
  return Promise.all(Array.from({ length: most }, (_, row) => encoder.maskedRow(rows, row, options)));
}
