/** Advice for unexpected tokens whose intent is clear: parts of values, conditions, other formats. */
import type { IToken } from "chevrotain";
import * as t from "./tokens.js";

const CONTROL: ReadonlySet<string> = new Set([
  "if",
  "else",
  "elif",
  "for",
  "while",
  "in",
  "not",
  "and",
  "or",
  "lambda",
]);

/** Returns the help for `token`, which follows `before`; undefined if naming the expected token is enough. */
export function adviceOnToken(token: IToken, before: IToken | undefined, text: string): string | undefined {
  // `train on tickets`, `train router on`, `recipe quick slow`
  const line = text.slice(text.lastIndexOf("\n", token.startOffset - 1) + 1, token.startOffset);
  if (token.image === "" && before && /^\s*\w+ +\w+ +\w+\s*$/.test(line))
    return `write a name after \`${before.image}\`, or what is missing before it: a statement has a verb, a name, a connector and a name`;
  const touches = before !== undefined && t.tokenEnd(before) === token.startOffset;
  if (touches && t.isValueEnd(before) && (token.tokenType === t.Dot || token.tokenType === t.LeftSquare))
    return "values have no methods and no parts: do it in a TypeScript cell, and write `$name` for what comes out";
  // `cuda:0`
  const number = token.tokenType === t.Colon && /^\d/.test(text.slice(t.tokenEnd(token), t.tokenEnd(token) + 1));
  if (touches && before.tokenType === t.Identifier && number)
    return `a name ends before \`:\`: write \`${before.image}\` alone, or all of it in \`"…"\``;
  if (before && token.tokenType === t.Identifier && CONTROL.has(token.image))
    return "Tune has no conditions and loops: compute the value in a TypeScript cell, and write `$name`";
  if (before && t.isValueEnd(before) && (token.tokenType === t.Str || token.tokenType === t.Num))
    return `the value ended before \`${token.image.slice(0, 40)}\`: remove it, or write a comma between values of a list`;
  if (!before && (token.tokenType === t.LeftBrace || token.tokenType === t.LeftSquare))
    return 'a program is a list of statements, each with a verb: `data tickets { source: csv("tickets.csv"), columns: { text: body } }`';
  return undefined;
}

/** Finds a needless `with` before braces. */
export function needlessWith(before: IToken | undefined, text: string): IToken | undefined {
  if (before?.tokenType !== t.Identifier || before.image !== "with") return undefined;
  return /^[ \t]*\{/.test(text.slice(t.tokenEnd(before))) ? before : undefined;
}
