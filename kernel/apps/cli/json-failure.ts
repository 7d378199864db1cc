/**
 * Reports a file that could not be checked as a diagnostic at its first character: `--json` always prints diagnostics.
 */
import { CodedError, textsOfCode } from "#dsl/language/diagnostics/codes.js";
import type { JsonDiagnostic } from "#dsl/language/diagnostics/render-json.js";

/** Null: the error has no code and is a defect of Tunebook. */
export function failureAsJsonDiagnostics(
  file: string,
  error: unknown,
): { readonly diagnostics: readonly JsonDiagnostic[] } | null {
  if (!(error instanceof CodedError)) return null;
  const { code, data } = error;
  const start = { line: 1, column: 1 };
  const { message, notes, help, severity } = textsOfCode(code, data);
  const diagnostic = { code: String(code), severity, message, file, start, end: start, labels: [], notes };
  return { diagnostics: [{ ...diagnostic, ...(help !== undefined && { help }) }] };
}
