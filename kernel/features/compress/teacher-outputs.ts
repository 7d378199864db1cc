/** What a teacher said of rows, before anybody learns it. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";

/** `said`: numbers of the labels, row by row. Coded error `teacher-not-finite`. */
export function checkSaid(teacher: string, said: readonly ArrayLike<number>[]): void {
  const rows = said.filter((row) => !Array.from(row).every(Number.isFinite)).length;
  if (rows > 0) throw new CodedError("teacher-not-finite", { teacher, rows, of: said.length });
}
