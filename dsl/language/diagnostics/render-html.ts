/** Renders diagnostics as HTML. Everything from a source or from data is escaped. No scripts, no external styles. */
import { limitDiagnostics, maxRenderedDiagnostics, remainingCountsText } from "./render-limits.js";
import type { Severity } from "./codes.js";
import type { Diagnostic } from "./diagnostic.js";
import { excerptOf, secretSpans } from "./excerpt.js";
import { groupDiagnostics, type GroupedDiagnostic } from "./group-warnings.js";
import type { Source, Span } from "./span.js";

/** Styles that a page may override to match its background. */
export interface HtmlStyle {
  /** Returns the style of words in a colour. */
  readonly ink: (color: string) => string;
  /** Opacity of a line's number, and of the position. */
  readonly number: string;
  readonly place: string;
  /** Style of the quoted lines. */
  readonly lines: string;
}
const onWhite: HtmlStyle = { ink: (color) => `color: ${color}`, number: ".6", place: ".7", lines: "margin: .3em 0" };

export function renderHtml(
  diagnostics: readonly Diagnostic[],
  sources: readonly Source[],
  look: HtmlStyle = onWhite,
): string {
  const { first, rest } = limitDiagnostics(groupDiagnostics(diagnostics), maxRenderedDiagnostics.people);
  const hidden = secretSpans(diagnostics);
  const more = rest ? `<div>${remainingCountsText(rest)}</div>` : "";
  return `<div class="tune-diagnostics">${first.map((d) => one(d, sources, hidden, look)).join("")}${more}</div>`;
}

const COLORS: Readonly<Record<Severity, string>> = { error: "#c62828", warning: "#b26a00", note: "#1565c0" };

function one(
  { diagnostic, elsewhere }: GroupedDiagnostic,
  sources: readonly Source[],
  hidden: readonly Span[],
  look: HtmlStyle,
): string {
  const e = excerptOf(diagnostic, sources, hidden, elsewhere);
  const color = COLORS[e.severity];
  const lines = e.lines.map((line) => {
    const points = [...line.text];
    const cut = (a: number, b?: number): string => escapeHtml(points.slice(a, b).join(""));
    const style = line.primary
      ? `text-decoration: underline wavy ${color}; font-weight: bold`
      : "text-decoration: underline";
    const label = line.label ? `  <span style="${look.ink(color)}">${escapeHtml(line.label)}</span>` : "";
    const marked =
      points.length > line.from
        ? `<span style="${style}">${cut(line.from, line.to)}</span>`
        : `<span style="${style}"> </span>`;
    return `<span style="opacity: ${look.number}">${String(line.number).padStart(3)} | </span>${cut(0, line.from)}${marked}${cut(line.to)}${label}`;
  });
  const rows = [
    `<div><b style="${look.ink(color)}">${e.severity}[${escapeHtml(e.code)}]</b><b>: ${coded(e.message)}</b></div>`,
    e.place ? `<div style="opacity: ${look.place}">${escapeHtml(e.place)}</div>` : "",
    lines.length > 0 ? `<pre style="${look.lines}">${lines.join("\n")}</pre>` : "",
    e.help === undefined ? "" : `<div><b style="${look.ink("#2e7d32")}">help</b>: ${coded(e.help)}</div>`,
    ...e.notes.map((note) => `<div><b>note</b>: ${coded(note)}</div>`),
  ];
  return `<div class="tune-diagnostic" style="margin: .5em 0">${rows.join("")}</div>`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${String(c.charCodeAt(0))};`);
}
/** Escapes a text and sets `code` between backticks as code. */
function coded(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}
