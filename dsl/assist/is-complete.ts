/** Decides whether a cell typed at a prompt is complete, as one of Jupyter's four answers. */
import { parse } from "../language/syntax/parse.js";
import * as t from "../language/syntax/tokens.js";

export type Completeness =
  | { readonly status: "complete" | "invalid" | "unknown" }
  | { readonly status: "incomplete"; readonly indent: string };

export function isComplete(text: string, verbs: readonly string[]): Completeness {
  const { tokens } = t.lex(text);
  let depth = 0;
  for (const token of tokens) {
    if (t.isOpenBracket(token)) depth++;
    if (t.isCloseBracket(token)) depth--;
    if (depth < 0) return { status: "invalid" };
  }
  if (/"""/.test(text) && ((text.match(/"""/g)?.length ?? 0) & 1) === 1) return { status: "incomplete", indent: "" };
  const mistakes = parse({ id: "typed", title: "typed", text }, verbs).diagnostics;
  if (depth > 0)
    return mistakes.some(
      (d) =>
        d.code !== "unclosed-bracket" &&
        d.code !== "no-value" &&
        !(d.code === "unexpected" && d.span.end >= text.trimEnd().length),
    )
      ? { status: "invalid" }
      : { status: "incomplete", indent: "  ".repeat(depth) };
  const last = tokens.findLast((k) => k.tokenType !== t.NewLine);
  if (last && (last.tokenType === t.Comma || last.tokenType === t.Colon)) return { status: "incomplete", indent: "" };
  return { status: mistakes.length > 0 ? "invalid" : "complete" };
}
