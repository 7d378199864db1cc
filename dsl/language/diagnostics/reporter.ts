/**
 * Collects diagnostics: one cause, one report. A second report of the same code at the same span is dropped. Findings
 * from data, files or the machine (`facts`) are dropped only if their data are equal too: two splits may each have a
 * leak.
 */
import type { Code, CodeData } from "./codes.js";
import { codeEntryOf } from "./codes.js";
import { asDiagnostic, type Diagnostic, type Fix, type DiagnosticLabel } from "./diagnostic.js";
import type { Span } from "./span.js";

export interface DiagnosticDetails {
  /** Text next to the caret. */
  readonly label?: string;
  readonly labels?: readonly DiagnosticLabel[];
  readonly fix?: Fix;
}
/** Thrown at the report beyond `most`: so many errors have one cause. */
export class TooManyDiagnostics extends Error {
  constructor(readonly span: Span) {
    super("there are too many mistakes");
  }
}

const CROWD = 1000;

export class Reporter {
  diagnostics: Diagnostic[] = [];
  private readonly seen = new Set<string>();
  private ofText: ReadonlySet<Diagnostic> = new Set();

  constructor(private readonly most = Infinity) {}

  /** Adds the diagnostics of the text itself first; they are not dropped for another cause. */
  begin(diagnostics: readonly Diagnostic[]): void {
    this.diagnostics.push(...diagnostics);
    this.ofText = new Set(diagnostics);
  }

  report<C extends Code>(code: C, data: CodeData[C], span: Span, more: DiagnosticDetails = {}): void {
    const entry = codeEntryOf(code as string);
    const found = entry?.facts === true ? JSON.stringify(data) : "";
    const key = `${String(code)} ${span.source} ${String(span.start)} ${String(span.end)} ${found}`;
    if (this.seen.has(key)) return;
    if (this.seen.size >= this.most) throw new TooManyDiagnostics(span);
    this.seen.add(key);
    const labels = [...(more.label === undefined ? [] : [{ span, text: more.label }]), ...(more.labels ?? [])];
    const one = asDiagnostic({
      code,
      severity: entry?.severity ?? "error",
      data,
      span,
      labels,
      ...(more.fix ? { fix: more.fix } : {}),
    });
    this.diagnostics.push(one);
  }
  /** Drops diagnostics that another report states better. */
  drop(isSaid: (d: Diagnostic) => boolean): void {
    this.diagnostics = this.diagnostics.filter((d) => !isSaid(d));
  }
  /** If `code` was reported inside `span`, drops all other diagnostics there, since it is their cause. */
  dropInside(span: Span, code: Code): void {
    const inside = (d: Diagnostic): boolean =>
      d.span.source === span.source && d.span.start >= span.start && d.span.end <= span.end;
    if (this.diagnostics.some((d) => d.code === code && inside(d)))
      this.diagnostics = this.diagnostics.filter((d) => d.code === code || !inside(d));
  }
  /**
   * Drops diagnostics caused by an unclosed or stray bracket: the text it took in, or the text before it, was misread.
   * `block`: of the statement; its own unclosed `{` causes no drop.
   */
  dropSwallowed(statement: Span, block: Span | undefined, text: string): void {
    const line = text.indexOf("\n", statement.end);
    const end = line < 0 ? text.length : line;
    for (const d of this.diagnostics) {
      if (d.span.source !== statement.source || d.span.start < statement.start || d.span.start > end) continue;
      const from =
        d.code === "unclosed-bracket" && d.span.start !== block?.start
          ? d.span.start
          : d.code === "stray-bracket"
            ? Math.max(statement.start, text.lastIndexOf("\n", d.span.start))
            : undefined;
      const to = d.code === "unclosed-bracket" ? (d.fix?.edits[0]?.start ?? d.span.end) : d.span.start;
      if (from === undefined) continue;
      this.diagnostics = this.diagnostics.filter(
        (options) =>
          this.ofText.has(options) ||
          options.span.source !== d.span.source ||
          options.span.start < from ||
          options.span.start > to,
      );
    }
  }
  /** Whether there are more diagnostics than are ever shown. */
  get crowded(): boolean {
    return this.seen.size >= CROWD;
  }
  get hasErrors(): boolean {
    return this.diagnostics.some((d) => d.severity === "error");
  }
}

/** Returns a fix that replaces `span` with `text`. */
export function replacementFix(
  span: Span,
  text: string,
  title = text === "" ? "remove it" : `write \`${text}\``,
  certain = true,
): Fix {
  return { title, certain, edits: [{ start: span.start, end: span.end, text }] };
}
