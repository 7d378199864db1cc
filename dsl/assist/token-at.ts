/** Finds the token at an offset and the statement that contains it. */
import type { IToken } from "chevrotain";
import { parse } from "../language/syntax/parse.js";
import * as t from "../language/syntax/tokens.js";
import type { Statement } from "../language/syntax/tree.js";

/** Returns the token that covers `offset` or ends at it. */
export function tokenAt(text: string, offset: number): IToken | undefined {
  const { tokens } = t.lex(text);
  const covers = (k: IToken): boolean => k.startOffset <= offset && offset < t.tokenEnd(k);
  const wide = (k: IToken): boolean => k.tokenType !== t.NewLine;
  return tokens.find((k) => covers(k) && wide(k)) ?? tokens.find((k) => t.tokenEnd(k) === offset && wide(k));
}

/** Returns the statement at `offset`; an unfinished statement includes the blanks after it. */
export function statementAt(text: string, offset: number, verbs: readonly string[]): Statement | undefined {
  return parse({ id: "assist", title: "assist", text }, verbs).tree.statements.findLast(
    (s) => s.span.start <= offset && (offset <= s.span.end || text.slice(s.span.end, offset).trim() === ""),
  );
}

/** Returns the first operand of a statement: the name that it defines or trains. */
export function firstOperandName(statement: Statement | undefined): string | undefined {
  const [operand] = statement?.operands ?? [];
  return operand?.is === "word" ? operand.path[0]?.text : undefined;
}
