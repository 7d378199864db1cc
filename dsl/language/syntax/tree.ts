/** The syntax tree: what was written, with its places and nothing decided. Missing parts are absent, never invented. */
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
/** `tickets.train`, `lora(rank: 8)`: a path of names, perhaps with arguments. */
export interface WordNode {
  readonly is: "word";
  readonly path: readonly NameNode[];
  /** `path` joined by dots. */
  readonly text: string;
  /** Absent when no parentheses were written. */
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
  /** True when something in it could not be read as an entry: rules about what is missing stay silent. */
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
  /** Absent when nothing readable stands after the colon. */
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
  /** True when the header could not be read to its end: rules about what is missing stay silent. */
  readonly broken: boolean;
  readonly span: Span;
}
export interface Tree {
  readonly statements: readonly Statement[];
  /** Names of lines that could not be read as statements: they may be what such a line was to define. */
  readonly lost: readonly string[];
}

/** Where a word's path stands, without its arguments. */
export function pathSpan({ path, span }: WordNode): Span {
  const last = path.at(-1);
  return last ? { ...span, end: last.span.end } : span;
}
