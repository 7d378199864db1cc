/** Diagnostics as they stand in a cell's output: one object, its text rendering and its HTML rendering. */
import type { Diagnostic } from "#dsl/diagnostics/diagnostic.js";
import { renderAnsi } from "#dsl/diagnostics/render-ansi.js";
import { renderHtml } from "#dsl/diagnostics/render-html.js";
import type { Source } from "#dsl/diagnostics/span.js";
import { FRAME, html, Html, inked } from "./html.js";
import type { Shown } from "./shown.js";

const look = { ink: inked, number: ".72", place: ".72", lines: "margin:.3em 0;font-family:monospace" };

export function diagnosticsShown(diagnostics: readonly Diagnostic[], sources: readonly Source[]): Shown {
  return {
    bundle: {
      "text/plain": renderAnsi(diagnostics, sources, { color: false }),
      "text/html": html`<div style="${FRAME}">${new Html(renderHtml(diagnostics, sources, look))}</div>`.text,
    },
  };
}
