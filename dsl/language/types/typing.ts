/** The compilation context for typing values: what typing needs to know, and the reporter. */
import type { Reporter } from "../diagnostics/reporter.js";
import type { Span } from "../diagnostics/span.js";
import type { Expression, ReferenceNode } from "../syntax/tree.js";
import type { Parameter, Registry, ValueType } from "./registry.js";
import type { Value } from "./value.js";

/** The value behind `$x`. */
export type DollarReferenceValue = { readonly value: Value } | { readonly live: string };
export interface TypingContext {
  readonly registry: Registry;
  reporter: Reporter;
  /** `undefined`: unknown (reported) or not known yet (a need was requested). */
  reference(node: ReferenceNode): DollarReferenceValue | undefined;
  isModel(name: string): boolean;
  /** Returns the text at a span; undefined if it is in another source. */
  textOf(span: Span): string | undefined;
  /** Returns the full text of a span's source, if it is the current one. */
  sourceOf(span: Span): string | undefined;
  /**
   * Returns the typed value; undefined if an error was reported or it is not known yet. Arguments of calls contain
   * values too.
   */
  typed(node: Expression, type: ValueType, expected: ParameterPlace, t: TypingContext): Value | undefined;
  /** Spans of the value's parts, by path (`optimizer.learning_rate`). */
  readonly places: Map<string, Span>;
  /** Items of lists with errors, by the lists' paths; invalid items are undefined. Unset if not needed. */
  readonly sound?: Map<string, readonly (Value | undefined)[]>;
}
export interface ParameterPlace {
  /** Dotted path for `places`. */
  readonly path: string;
  readonly key: string;
  readonly parameter?: Parameter;
}
