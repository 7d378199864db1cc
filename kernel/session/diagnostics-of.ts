/**
 * Converts a session's error to diagnostics: those that refused the source, or one for a coded error at its statement.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { asDiagnostic, type Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import { RefusedError } from "./execution-context.js";

/** Returns an empty list for an error without a code. */
export function diagnosticsOf(error: unknown, sources: readonly Source[]): readonly Diagnostic[] {
  if (error instanceof RefusedError) return error.diagnostics;
  if (!(error instanceof CodedError)) return [];
  const last = sources.at(-1);
  const span = error.origin.span ?? { source: last?.id ?? "", start: 0, end: last?.text.length ?? 0 };
  return [asDiagnostic({ code: error.code, severity: "error", data: error.data, span, labels: [] })];
}
