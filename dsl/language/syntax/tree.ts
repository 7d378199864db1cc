/**
 * The syntax tree: the written text with its spans, without interpretation. Missing parts are unset, never invented.
 */
import type { Span } from "../diagnostics/span.js";

export interface NameNode {
  readonly text: string;
  readonly span: Span;
}
export interface NumberNode {
  readonly is: "number";
  readonly value: number;
  /** `%`, `min`, `MB` … or empty. */
  readonly unit: string;
  readonly raw: string;
  readonly span: Span;
}
export interface StringNode {
  readonly is: "string";
  readonly value: string;
  readonly span: Span;
}
/** `tickets.train`, `lora(rank: 8)`: a path of names, optionally with arguments. */
export interface WordNode {
  readonly is: "word";
  readonly path: readonly NameNode[];
  /** `path` joined by dots. */
  readonly text: string;
  /** Unset if no parentheses were written. */
  readonly arguments?: readonly Argument[];
  readonly span: Span;
}
export interface Argument {
  readonly key?: Key;
  readonly value: Expression;
  readonly span: Span;
}
export interface ReferenceNode {
  readonly is: "reference";
  /** Without the `$`. */
  readonly text: string;
  readonly span: Span;
}
export interface RangeNode {
  readonly is: "range";
  readonly from: NumberNode | ReferenceNode;
  readonly to: NumberNode | ReferenceNode;
  readonly span: Span;
}
export interface ListNode {
  readonly is: "list";
  readonly items: readonly Expression[];
  readonly span: Span;
}
export interface BlockNode {
  readonly is: "block";
  readonly entries: readonly Entry[];
  /** True if part of it could not be read as an entry: checks for missing keys report nothing. */
  readonly broken?: boolean;
  readonly span: Span;
}
export type Expression = NumberNode | StringNode | WordNode | ReferenceNode | RangeNode | ListNode | BlockNode;
export type Operand = NumberNode | StringNode | WordNode | ReferenceNode;

export interface Key {
  /** Names joined by dots, or the text of the string or number. */
  readonly text: string;
  readonly path: readonly string[];
  readonly span: Span;
}
export interface Entry {
  readonly key: Key;
  /** Unset if nothing readable follows the colon. */
  readonly value?: Expression;
  readonly span: Span;
}
export interface Clause {
  readonly connector: NameNode;
  readonly operands: readonly Operand[];
  readonly span: Span;
}
export interface Statement {
  readonly verb: NameNode;
  readonly operands: readonly Operand[];
  readonly clauses: readonly Clause[];
  readonly block?: BlockNode;
  /** True if the header could not be read completely: checks for missing parts report nothing. */
  readonly broken: boolean;
  readonly span: Span;
}
export interface Tree {
  readonly statements: readonly Statement[];
  /** Names in lines that could not be read as statements, which may have defined them. */
  readonly lost: readonly string[];
}

/** Returns the span of a word's path, without its arguments. */
export function pathSpan({ path, span }: WordNode): Span {
  const last = path.at(-1);
  return last ? { ...span, end: last.span.end } : span;
}
