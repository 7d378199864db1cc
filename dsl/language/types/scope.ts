/**
 * The compilation context of statements, keys and values while they are read: the vocabulary, the current source and
 * the reporter. It excludes what names stand for and what is planned.
 */
import type { Code, CodeData } from "../diagnostics/codes.js";
import type { DiagnosticDetails, Reporter } from "../diagnostics/reporter.js";
import type { Source, Span } from "../diagnostics/span.js";
import type { Registry } from "./registry.js";
import type { TypingContext } from "./typing.js";

export interface StatementScope {
  readonly registry: Registry;
  readonly reporter: Reporter;
  readonly source: Source;
  /** Names in `parameters { }`. */
  readonly parameters: { has(name: string): boolean };
  /** @returns false if a statement allows it */
  report<C extends Code>(code: C, data: CodeData[C], span: Span, more?: DiagnosticDetails): boolean;
  /** Returns the text at a span of the current source. */
  textOf(span: Span): string | undefined;
  /** `places`: receives the spans of a value's parts. */
  typing(places: Map<string, Span>): TypingContext;
}
