/** Error production in a statement's head: `predict m on ["a", "b"]` is read as `predict m on "a", "b"`. */
import type { IToken, TokenType } from "chevrotain";
import type { CodeData } from "../diagnostics/codes.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import type { SourceId, Span } from "../diagnostics/span.js";
import type {} from "./codes.js";
import { indexOfClosingBracket } from "./pieces.js";
import * as t from "./tokens.js";

const named: ReadonlySet<TokenType> = new Set([t.Identifier, t.Dot, t.Str, t.DollarName, t.Num, t.Comma]);
const closers: Readonly<Record<string, string>> = { "[": "]", "(": ")" };

type Report = (code: "bracketed-names", data: CodeData["bracketed-names"], span: Span, fix: Fix) => void;

/** Removes brackets around names. `head`: a statement's tokens up to its block, brackets balanced. */
export function unbracketNames(head: readonly IToken[], text: string, report: Report, source: SourceId): IToken[] {
  const out: IToken[] = [];
  for (let i = 0; i < head.length; i++) {
    const open = head[i] as IToken;
    const end = opensNames(head, i) ? indexOfClosingBracket(head, i) : i;
    const inner = head.slice(i + 1, end);
    const close = head[end];
    const names = inner.at(-1)?.tokenType === t.Comma ? inner.slice(0, -1) : inner;
    const [first, last] = [names[0], names.at(-1)];
    const written = close !== undefined && text.slice(close.startOffset, t.tokenEnd(close)) === closers[open.image];
    if (!first || !last || !written || !names.every((token) => named.has(token.tokenType))) {
      out.push(open);
      continue;
    }
    const [from, to] = [first.startOffset, t.tokenEnd(last)];
    const edits = [
      { start: open.startOffset, end: from, text: "" },
      { start: to, end: t.tokenEnd(close), text: "" },
    ];
    const span = { source, start: open.startOffset, end: t.tokenEnd(close) };
    const instead = text.slice(from, to);
    report("bracketed-names", { names: instead }, span, { title: "remove the brackets", edits, certain: true });
    out.push(...names);
    i = end;
  }
  return out;
}

/**
 * Whether a bracket is where a name is expected: after the verb, a connector or a comma. `m(…)` is a word with
 * arguments.
 */
function opensNames(head: readonly IToken[], index: number): boolean {
  const [token, before, earlier] = [head[index], head[index - 1], head[index - 2]];
  if (!token || !before || !(token.tokenType === t.LeftSquare || token.tokenType === t.LeftParen)) return false;
  if (token.tokenType === t.LeftParen && t.tokenEnd(before) === token.startOffset) return false;
  if (before.tokenType === t.Comma) return true;
  return before.tokenType === t.Identifier && (index === 1 || (earlier !== undefined && t.isValueEnd(earlier)));
}
