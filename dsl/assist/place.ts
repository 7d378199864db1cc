/** The token at a place of a text, and the statement that it stands in. */
import type { IToken } from "chevrotain";
import { parse } from "../language/syntax/parse.js";
import * as t from "../language/syntax/tokens.js";
import type { Statement } from "../language/syntax/tree.js";

/** The token that covers `offset`, or ends there. */
export function tokenAt(text: string, offset: number): IToken | undefined {
  const { tokens } = t.lex(text);
  const covers = (k: IToken): boolean => k.startOffset <= offset && offset < t.tokenEnd(k);
  const wide = (k: IToken): boolean => k.tokenType !== t.NewLine;
  return tokens.find((k) => covers(k) && wide(k)) ?? tokens.find((k) => t.tokenEnd(k) === offset && wide(k));
}

/** The statement that `offset` stands in; one that isn't finished goes on over the blanks behind it. */
export function statementAt(text: string, offset: number, verbs: readonly string[]): Statement | undefined {
  return parse({ id: "assist", title: "assist", text }, verbs).tree.statements.findLast(
    (s) => s.span.start <= offset && (offset <= s.span.end || text.slice(s.span.end, offset).trim() === ""),
  );
}

/** The name that a statement works on first: what it defines, or trains. */
export function firstOperandName(statement: Statement | undefined): string | undefined {
  const [operand] = statement?.operands ?? [];
  return operand?.is === "word" ? operand.path[0]?.text : undefined;
}
