/**
 * Collects diagnostics: one cause, one report. A second report of the same code at the same place is dropped. Findings in
 * data, files or the machine (`facts`) are dropped only if their data are equal, too: two splits may each have a leak.
 */
import type { Code, CodeData } from "./codes.js";
import { codeEntryOf } from "./codes.js";
import { asDiagnostic, type Diagnostic, type Fix, type DiagnosticLabel } from "./diagnostic.js";
import type { Span } from "./span.js";

export interface DiagnosticDetails {
  /** The text beside the caret. */
  readonly label?: string;
  readonly labels?: readonly DiagnosticLabel[];
  readonly fix?: Fix;
}
/** Thrown at the report beyond `most`: so many mistakes have one cause. */
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

  /** What was found in the text itself comes first, and is not dropped for another cause. */
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
  /** Takes back what another report says better. */
  drop(isSaid: (d: Diagnostic) => boolean): void {
    this.diagnostics = this.diagnostics.filter((d) => !isSaid(d));
  }
  /** If `code` was reported inside `span`, it is the one cause of whatever else was there. */
  dropInside(span: Span, code: Code): void {
    const inside = (d: Diagnostic): boolean =>
      d.span.source === span.source && d.span.start >= span.start && d.span.end <= span.end;
    if (this.diagnostics.some((d) => d.code === code && inside(d)))
      this.diagnostics = this.diagnostics.filter((d) => d.code === code || !inside(d));
  }
  /**
   * What a bracket that is never closed took in, and what stands before one that closes nothing, is read as something that
   * it isn't. `block`: of the statement; its own `{` may stand open without a loss.
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
  /** More than anybody is shown. */
  get crowded(): boolean {
    return this.seen.size >= CROWD;
  }
  get hasErrors(): boolean {
    return this.diagnostics.some((d) => d.severity === "error");
  }
}

/** A fix that puts `text` in place of `span`. */
export function replacementFix(
  span: Span,
  text: string,
  title = text === "" ? "remove it" : `write \`${text}\``,
  certain = true,
): Fix {
  return { title, certain, edits: [{ start: span.start, end: span.end, text }] };
}
