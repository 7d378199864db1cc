/**
 * Diagnostics as JSON: the format of `tunebook check --json`. Lines and columns from 1, columns in code points, ends
 * exclusive.
 */
import { limitDiagnostics, maxRenderedDiagnostics, type RemainingCounts } from "./render-limits.js";
import { diagnosticText, type Severity } from "./codes.js";
import type { Diagnostic } from "./diagnostic.js";
import { lineIndexOf } from "./excerpt.js";
import { LineIndex, type Position } from "./lines.js";
import type { Source } from "./span.js";

export interface JsonRange {
  readonly start: Position;
  readonly end: Position;
}
export interface JsonDiagnostic extends JsonRange {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly file: string;
  /** Number of the notebook cell, from 1. */
  readonly cell?: number;
  readonly labels: readonly (JsonRange & { readonly text: string })[];
  readonly notes: readonly string[];
  readonly help?: string;
  readonly fix?: {
    readonly title: string;
    readonly edits: readonly (JsonRange & { readonly text: string })[];
    /** True if the fix may be applied without confirmation, as `tunebook fix` does. */
    readonly certain: boolean;
  };
}

export function diagnosticsToJson(
  diagnostics: readonly Diagnostic[],
  sources: readonly Source[],
): { readonly diagnostics: readonly JsonDiagnostic[]; readonly more?: RemainingCounts } {
  const nothing = new LineIndex("");
  const placesOf = (id: string): LineIndex => {
    const source = sources.findLast((s) => s.id === id);
    return source ? lineIndexOf(source) : nothing;
  };
  const { first, rest } = limitDiagnostics(diagnostics, maxRenderedDiagnostics.programs);
  return {
    ...(rest ? { more: rest } : {}),
    diagnostics: first.map((d) => {
      const source = sources.findLast((s) => s.id === d.span.source);
      const words = diagnosticText(d);
      const range = (id: string, start: number, end: number): JsonRange => ({
        start: placesOf(id).positionAt(start),
        end: placesOf(id).positionAt(end),
      });
      return {
        code: d.code as string,
        severity: d.severity,
        message: words.message,
        file: source?.path ?? source?.title ?? d.span.source,
        ...(source?.cell === undefined ? {} : { cell: source.cell }),
        ...range(d.span.source, d.span.start, d.span.end),
        labels: d.labels.map((l) => ({ ...range(l.span.source, l.span.start, l.span.end), text: l.text })),
        notes: words.notes,
        ...(words.help === undefined ? {} : { help: words.help }),
        ...(d.fix
          ? {
              fix: {
                title: d.fix.title,
                edits: d.fix.edits.map((e) => ({ ...range(d.span.source, e.start, e.end), text: e.text })),
                certain: d.fix.certain,
              },
            }
          : {}),
      };
    }),
  };
}
