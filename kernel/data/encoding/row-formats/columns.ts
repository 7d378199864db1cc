/** Reads a split's columns for the encoders: row numbers, texts and the task's targets. */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { PredictedRows } from "#stdlib/tasks/kind.js";
import type { EncodedRows } from "../rows.js";
import type { EncodableSplit } from "../split-rows.js";
import type { DataRowEncodingOptions } from "./row-encoder.js";

/** Returns row numbers and the texts of one role, for display. */
export function sourceTextsOf(rows: EncodableSplit, role: string): Pick<EncodedRows, "count" | "text" | "rows"> {
  const texts = rows.column(role);
  return { count: rows.count, text: (row) => String(texts?.at(row)), rows: rows.numbers };
}

/** Throws the coded error `no-labels` if the data have no targets for the task. */
export function trainingTargetsOf(
  rows: EncodableSplit,
  taskInputs: PredictedRows,
  { model, data, task }: DataRowEncodingOptions,
): EncodedRows["taught"] {
  const teach = mustExist(task.implementation.supervision.teach, `what ${taskInputs.call.word} teaches`);
  const taught = teach({ ...taskInputs, values: (role) => rows.column(role), names: rows.names, model, data });
  if (!taught) throw new CodedError("no-labels", { data });
  return taught;
}
