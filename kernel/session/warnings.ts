/** Warnings of what a statement met while it ran, shown where it stands. */
import type { Code, CodeData } from "#dsl/diagnostics/codes.js";
import type { Diagnostic } from "#dsl/diagnostics/diagnostic.js";
import type { Span } from "#dsl/diagnostics/span.js";
import { diagnosticsShown } from "../core/display/diagnostics.js";
import type { Stage } from "./tune-session.js";

export type Warn = <C extends Code>(code: C, data: CodeData[C]) => void;

export function warningsOn({ screen, sources }: Pick<Stage, "screen" | "sources">, span: Span): Warn {
  return (code, data) =>
    screen.display(
      diagnosticsShown([{ code, severity: "warning", data, span, labels: [] } as unknown as Diagnostic], sources),
    );
}
