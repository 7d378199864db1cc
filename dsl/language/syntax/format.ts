/**
 * The formatter: two blanks per level, one between tokens, no aligned colons, one-line blocks up to 100 columns, at
 * most one empty line. Comments and strings are unchanged. Text with syntax errors is returned unchanged.
 */
import type { IToken } from "chevrotain";
import { parse } from "./parse.js";
import * as t from "./tokens.js";

const width = 100;

export function formatSource(text: string, verbs: readonly string[]): string {
  if (parse({ id: "format", title: "format", text }, verbs).diagnostics.length > 0) return text;
  const magic = /^\s*(?:\/\/[ \t]*)?%%\w+[^\n]*\n?/.exec(text)?.[0] ?? "";
  const { tokens, comments } = t.lex(text.slice(magic.length));
  const all = [...tokens, ...comments].sort((a, b) => a.startOffset - b.startOffset);
  const lines: string[] = magic === "" ? [] : [magic.trim()];
  let line: IToken[] = [];
  let depth = 0;
  let empty = 0;
  const flush = (): void => {
    if (line.length === 0) {
      if (++empty === 1 && lines.length > 0) lines.push("");
      return;
    }
    empty = 0;
    let leading = 0;
    while (t.isCloseBracket(line[leading])) leading++;
    lines.push(...laid(line, Math.max(0, depth - leading)));
    for (const token of line) depth += t.isOpenBracket(token) ? 1 : t.isCloseBracket(token) ? -1 : 0;
    line = [];
  };
  for (const token of all) {
    if (token.tokenType === t.NewLine) flush();
    else line.push(token);
  }
  if (line.length > 0) flush();
  while (lines.at(-1) === "") lines.pop();
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** Prints the tokens of one line; a one-line block that is too long gets a line per entry. */
function laid(tokens: readonly IToken[], depth: number): string[] {
  const indent = "  ".repeat(depth);
  const whole = indent + joined(tokens);
  const open = tokens.findIndex((k) => k.tokenType === t.LeftBrace);
  const last = tokens.at(-1);
  if (whole.length <= width || open < 0 || last?.tokenType !== t.RightBrace || whole.includes("\n")) return [whole];
  let level = 0;
  const entries: IToken[][] = [[]];
  for (let i = open + 1; i < tokens.length - 1; i++) {
    const token = tokens[i] as IToken;
    if (t.isOpenBracket(token)) level++;
    if (t.isCloseBracket(token)) level--;
    if (level < 0) return [whole];
    if (level === 0 && token.tokenType === t.Comma) entries.push([]);
    else entries.at(-1)?.push(token);
  }
  if (level !== 0) return [whole]; // the line's last brace closes another block than its first one opens
  const inner = entries.filter((e) => e.length > 0).flatMap((e) => laid(e, depth + 1));
  return inner.length === 0 ? [whole] : [indent + joined(tokens.slice(0, open + 1)), ...inner, `${indent}}`];
}

function joined(tokens: readonly IToken[]): string {
  return tokens
    .map((token, i) => (i === 0 || !apart(tokens[i - 1] as IToken, token) ? "" : " ") + token.image.trimEnd())
    .join("");
}
function apart(left: IToken, right: IToken): boolean {
  const [a, b] = [left.tokenType, right.tokenType];
  if (b === t.Comma || b === t.Colon || b === t.RightParen || b === t.RightSquare || b === t.Dot || b === t.Range)
    return b === t.RightParen || b === t.RightSquare ? a === t.Comment : false;
  if (a === t.LeftParen || a === t.LeftSquare || a === t.Dot || a === t.Range) return b === t.Comment;
  if (b === t.LeftParen) return a !== t.Identifier;
  return !(a === t.LeftBrace && b === t.RightBrace);
}
