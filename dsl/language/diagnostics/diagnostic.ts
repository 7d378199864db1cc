/** A diagnostic is data: code, severity, typed data, place. Renderers (ANSI, HTML, JSON) are pure functions over it. */
import type { Code, CodeData, Severity } from "./codes.js";
import type { Edit, Span } from "./span.js";

export interface DiagnosticLabel {
  readonly span: Span;
  readonly text: string;
}
export interface Fix {
  readonly title: string;
  readonly edits: readonly Edit[];
  /** True when the mend is certain enough to be applied without asking. */
  readonly certain: boolean;
}
export interface DiagnosticOf<C extends Code> {
  readonly code: C;
  readonly severity: Severity;
  readonly data: CodeData[C];
  readonly span: Span;
  /** The text beside the caret; message and label each make sense alone. */
  readonly labels: readonly DiagnosticLabel[];
  readonly fix?: Fix;
}
/** A union over all codes: `d.code === "unknown-column"` narrows `d.data`. */
export type Diagnostic = { [C in Code]: DiagnosticOf<C> }[Code];
/** One whose code isn't known here, as one of all: code and data came together. */
export function asDiagnostic<C extends Code>(one: DiagnosticOf<C>): Diagnostic {
  return one as unknown as Diagnostic;
}
