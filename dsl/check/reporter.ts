/** Collects diagnostics: one cause, one report. A second report of the same code at the same place is dropped. */
import type { Code, CodeData } from "./codes.js";
import { entryOf } from "./codes.js";
import type { Diagnostic, DiagnosticOf, Fix, Label } from "./diagnostic.js";
import type { Span } from "./span.js";

export interface More {
  /** The text beside the caret. */
  readonly label?: string;
  readonly labels?: readonly Label[];
  readonly fix?: Fix;
}
export class Reporter {
  diagnostics: Diagnostic[] = [];
  private readonly seen = new Set<string>();

  report<C extends Code>(code: C, data: CodeData[C], span: Span, more: More = {}): void {
    const key = `${String(code)} ${span.source} ${String(span.start)} ${String(span.end)}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    const labels = [...(more.label === undefined ? [] : [{ span, text: more.label }]), ...(more.labels ?? [])];
    const one: DiagnosticOf<C> = {
      code,
      severity: entryOf(code as string)?.severity ?? "error",
      data,
      span,
      labels,
      ...(more.fix ? { fix: more.fix } : {}),
    };
    this.diagnostics.push(one as unknown as Diagnostic);
  }
  /** If `code` was reported inside `span`, it is the one cause of whatever else was there. */
  dropInside(span: Span, code: Code): void {
    const inside = (d: Diagnostic): boolean =>
      d.span.source === span.source && d.span.start >= span.start && d.span.end <= span.end;
    if (this.diagnostics.some((d) => d.code === code && inside(d)))
      this.diagnostics = this.diagnostics.filter((d) => d.code === code || !inside(d));
  }
  get hasErrors(): boolean {
    return this.diagnostics.some((d) => d.severity === "error");
  }
}

/** A fix that puts `text` in place of `span`. */
export function replace(
  span: Span,
  text: string,
  title = text === "" ? "remove it" : `write \`${text}\``,
  certain = true,
): Fix {
  return { title, certain, edits: [{ start: span.start, end: span.end, text }] };
}
