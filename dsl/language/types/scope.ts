/**
 * The narrow side of a compilation that statements, their keys and their values see while they are read: the vocabulary, the
 * source at hand, what is switched on, and whom to tell. What names stand for and what is planned is no business of theirs.
 */
import type { Code, CodeData } from "../diagnostics/codes.js";
import type { DiagnosticDetails, Reporter } from "../diagnostics/reporter.js";
import type { Source, Span } from "../diagnostics/span.js";
import type { Registry } from "./registry.js";
import type { TypingContext } from "./typing.js";

export interface StatementScope {
  readonly registry: Registry;
  readonly reporter: Reporter;
  /** The source that is read. */
  readonly source: Source;
  /** By the names in `parameters { }`. */
  readonly parameters: { has(name: string): boolean };
  /** @returns false where a statement allows it */
  report<C extends Code>(code: C, data: CodeData[C], span: Span, more?: DiagnosticDetails): boolean;
  /** What is written at a place of the present source. */
  textOf(span: Span): string | undefined;
  /** `places`: filled with where each part of a value was written. */
  typing(places: Map<string, Span>): TypingContext;
}
