/** A diagnostic is data: code, severity, typed data, span. Renderers (ANSI, HTML, JSON) are pure functions over it. */
import type { Code, CodeData, Severity } from "./codes.js";
import type { Edit, Span } from "./span.js";

export interface DiagnosticLabel {
  readonly span: Span;
  readonly text: string;
}
export interface Fix {
  readonly title: string;
  readonly edits: readonly Edit[];
  /** True if the fix is certain enough to be applied without confirmation. */
  readonly certain: boolean;
}
export interface DiagnosticOf<C extends Code> {
  readonly code: C;
  readonly severity: Severity;
  readonly data: CodeData[C];
  readonly span: Span;
  /** Texts next to the caret; message and label each make sense alone. */
  readonly labels: readonly DiagnosticLabel[];
  readonly fix?: Fix;
}
/** A union over all codes: `d.code === "unknown-column"` narrows `d.data`. */
export type Diagnostic = { [C in Code]: DiagnosticOf<C> }[Code];
/** Converts a diagnostic of a generic code to the union; code and data match by construction. */
export function asDiagnostic<C extends Code>(one: DiagnosticOf<C>): Diagnostic {
  return one as unknown as Diagnostic;
}
