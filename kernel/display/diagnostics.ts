/** Diagnostics in a cell's output: one object, its text and its HTML rendering. */
import type { Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { renderHtml } from "#dsl/language/diagnostics/render-html.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import { FRAME_STYLE, html, Html, readableColorStyle, toneColors, type DisplayOutput } from "./html.js";

/** Maps colours for white backgrounds to those that are also readable on dark ones. */
const TONES: Readonly<Record<string, string>> = {
  "#c62828": toneColors.bad,
  "#b26a00": toneColors.warn,
  "#2e7d32": toneColors.good,
};
const look = {
  ink: (color: string) => readableColorStyle(TONES[color] ?? color),
  number: ".72",
  place: ".72",
  lines: "margin:.3em 0;font-family:monospace",
};

export function diagnosticsView(diagnostics: readonly Diagnostic[], sources: readonly Source[]): DisplayOutput {
  return {
    bundle: {
      "text/plain": renderAnsi(diagnostics, sources, { color: false }),
      "text/html": html`<div style="${FRAME_STYLE}">${new Html(renderHtml(diagnostics, sources, look))}</div>`.text,
    },
  };
}
