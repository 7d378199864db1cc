/** Checks a teacher's logits before they are trained on. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";

/** `outputs`: logits of the labels, per row. Coded error `teacher-not-finite`. */
export function checkTeacherOutputs(teacher: string, outputs: readonly ArrayLike<number>[]): void {
  const rows = outputs.filter((row) => !Array.from(row).every(Number.isFinite)).length;
  if (rows > 0) throw new CodedError("teacher-not-finite", { teacher, rows, of: outputs.length });
}
