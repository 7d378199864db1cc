/** What a teacher said of rows, before anybody learns it. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";

/** `said`: numbers of the labels, row by row. Coded error `teacher-not-finite`. */
export function checkTeacherOutputs(teacher: string, outputs: readonly ArrayLike<number>[]): void {
  const rows = outputs.filter((row) => !Array.from(row).every(Number.isFinite)).length;
  if (rows > 0) throw new CodedError("teacher-not-finite", { teacher, rows, of: outputs.length });
}
