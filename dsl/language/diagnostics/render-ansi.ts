/** Renders diagnostics as text for a terminal or a traceback. */
import { limitDiagnostics, maxRenderedDiagnostics, remainingCountsText } from "./render-limits.js";
import type { Severity } from "./codes.js";
import type { Diagnostic } from "./diagnostic.js";
import { excerptOf, secretSpans } from "./excerpt.js";
import { groupDiagnostics, type GroupedDiagnostic } from "./group-warnings.js";
import type { Source, Span } from "./span.js";

export interface AnsiOptions {
  readonly color: boolean;
}
export function renderAnsi(
  diagnostics: readonly Diagnostic[],
  sources: readonly Source[],
  options: AnsiOptions,
): string {
  const { first, rest } = limitDiagnostics(groupDiagnostics(diagnostics), maxRenderedDiagnostics.people);
  const hidden = secretSpans(diagnostics);
  return [
    ...first.map((d) => one(d, sources, hidden, options.color)),
    ...(rest ? [remainingCountsText(rest)] : []),
  ].join("\n\n");
}

/** Terminal codes: red, yellow, cyan. */
const HUES: Readonly<Record<Severity, string>> = { error: "1;31", warning: "1;33", note: "1;36" };

function one(
  { diagnostic, elsewhere }: GroupedDiagnostic,
  sources: readonly Source[],
  hidden: readonly Span[],
  color: boolean,
): string {
  const paint = (code: string, text: string): string => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const e = excerptOf(diagnostic, sources, hidden, elsewhere);
  const hue = HUES[e.severity];
  const out = [`${paint(hue, `${e.severity}[${e.code}]`)}${paint("1", `: ${e.message}`)}`];
  const gutter = String(Math.max(0, ...e.lines.map((l) => l.number))).length + 1;
  const blank = " ".repeat(gutter);
  if (e.place) out.push(`${blank}${paint("34", "-->")} ${e.place}`);
  if (e.lines.length > 0) out.push(`${blank} ${paint("34", "|")}`);
  let last = -1;
  for (const line of e.lines.toSorted((a, b) => a.number - b.number || Number(b.primary) - Number(a.primary))) {
    if (line.number !== last)
      out.push(`${paint("34", `${String(line.number).padStart(gutter)} |`)} ${line.text}`.trimEnd());
    last = line.number;
    const mark = (line.primary ? "^" : "-").repeat(Math.max(1, line.to - line.from));
    out.push(
      `${blank} ${paint("34", "|")} ${" ".repeat(line.from)}${paint(line.primary ? hue : "34", `${mark}${line.label ? ` ${line.label}` : ""}`)}`,
    );
  }
  if (e.help !== undefined) out.push(`${paint("1;32", "help")}: ${e.help}`);
  for (const note of e.notes) out.push(`${paint("1", "note")}: ${note}`);
  return out.join("\n");
}
