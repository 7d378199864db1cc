/** What giving a value its type needs to know, and whom it tells: the narrow side of a compilation that values see. */
import type { Reporter } from "../diagnostics/reporter.js";
import type { Span } from "../diagnostics/span.js";
import type { Expression, ReferenceNode } from "../syntax/tree.js";
import type { Parameter, Registry, ValueType } from "./registry.js";
import type { Value } from "./value.js";

/** What stands behind `$x`. */
export type ReferenceValue = { readonly value: Value } | { readonly live: string };
export interface TypingContext {
  readonly registry: Registry;
  reporter: Reporter;
  /** `undefined`: unknown (reported) or not known yet (a need was named). */
  reference(node: ReferenceNode): ReferenceValue | undefined;
  isModel(name: string): boolean;
  /** What is written at a place; undefined: not in this source. */
  textOf(span: Span): string | undefined;
  /** The whole text of a place's source, where that is the present one. */
  sourceOf(span: Span): string | undefined;
  /** The value of what is written, or undefined where that was reported or is not known yet: arguments of calls hold values too. */
  typed(node: Expression, type: ValueType, expected: ExpectedValue, t: TypingContext): Value | undefined;
  /** Where each part of the value was written, by path (`optimizer.learning_rate`). */
  readonly places: Map<string, Span>;
  /** Items of lists of which some are wrong, by the lists' paths: undefined for those; absent: nobody asks for them. */
  readonly sound?: Map<string, readonly (Value | undefined)[]>;
}
export interface ExpectedValue {
  /** Dotted path for `places`. */
  readonly path: string;
  readonly key: string;
  readonly parameter?: Parameter;
}
