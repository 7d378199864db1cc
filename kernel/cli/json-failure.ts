/** A file that could not be checked, as JSON: a diagnostic at its beginning, so that who reads the output needs no second way. */
import { CodedError, wordsOf } from "#dsl/diagnostics/codes.js";
import type { JsonDiagnostic } from "#dsl/diagnostics/render-json.js";

/** Null: the error has no code, it is a defect of Tunebook. */
export function jsonFailure(file: string, error: unknown): { readonly diagnostics: readonly JsonDiagnostic[] } | null {
  if (!(error instanceof CodedError)) return null;
  const { code, data } = error;
  const start = { line: 1, column: 1 };
  const { message, notes, help, severity } = wordsOf(code, data);
  const told = { code: String(code), severity, message, file, start, end: start, labels: [], notes };
  return { diagnostics: [{ ...told, ...(help !== undefined && { help }) }] };
}
