/**
 * Error productions inside one value: `lora { rank: 8 }` for `lora(rank: 8)`, a missing comma or colon between
 * brackets.
 */
import type { IToken } from "chevrotain";
import { replacementFix } from "../diagnostics/reporter.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import type { Edit, SourceId, Span } from "../diagnostics/span.js";
import type {} from "./codes.js";
import type { CodeData } from "../diagnostics/codes.js";
import * as t from "./tokens.js";

export type NormalisationCode =
  | "missing-colon"
  | "missing-comma"
  | "unknown-escape"
  | "braces-for-parentheses"
  | "bracketed-names";
type Report = <C extends NormalisationCode>(code: C, data: CodeData[C], span: Span, fix: Fix) => void;

export function normaliseTokens(tokens: readonly IToken[], report: Report, source: SourceId): IToken[] {
  const out: IToken[] = [];
  // `lines`: commas that replace the new lines of `random { … }`, which separate its parameters.
  const stack: { open: IToken; word: boolean; lines: Edit[]; commas?: Edit[] }[] = [];
  for (const [i, token] of tokens.entries()) {
    const previous = out.at(-1);
    const top = stack.at(-1);
    const inWord = top !== undefined && (top.word || top.open.tokenType !== t.LeftBrace);
    if (top?.word && token.tokenType === t.NewLine) {
      const next = tokens.slice(i + 1).find((k) => k.tokenType !== t.NewLine);
      if (previous && t.isValueEnd(previous) && next?.tokenType !== t.RightBrace && next?.tokenType !== t.Comma)
        top.lines.push({ start: t.tokenEnd(previous), end: t.tokenEnd(previous), text: "," });
      out.push(t.withTokenType(token, t.Comma, ","));
      continue;
    }
    if (token.tokenType === t.LeftBrace && previous?.tokenType === t.Identifier) {
      stack.push({ open: token, word: true, lines: [] });
      out.push(t.withTokenType(token, t.LeftParen, "("));
      continue;
    }
    if (token.tokenType === t.RightBrace && top?.word) {
      const word = out[out.lastIndexOf(out.find((k) => k.startOffset === top.open.startOffset) ?? token) - 1];
      const edits = [
        { start: word ? t.tokenEnd(word) : top.open.startOffset, end: t.tokenEnd(top.open), text: "(" },
        ...top.lines,
        { start: token.startOffset, end: t.tokenEnd(token), text: ")" },
      ];
      report(
        "braces-for-parentheses",
        { word: word?.image ?? "" },
        { source, start: top.open.startOffset, end: t.tokenEnd(top.open) },
        {
          title: "use parentheses",
          edits,
          certain: true,
        },
      );
      stack.pop();
      out.push(t.withTokenType(token, t.RightParen, ")"));
      continue;
    }
    if (inWord && previous && t.isValueEnd(previous) && t.isValueStart(token)) {
      const beforeKey = out.at(-2)?.tokenType;
      const insertSpan = { source, start: t.tokenEnd(previous), end: t.tokenEnd(previous) };
      const span = { source, start: previous.startOffset, end: t.tokenEnd(token) };
      const colon =
        top.open.tokenType !== t.LeftSquare &&
        previous.tokenType === t.Identifier &&
        (beforeKey === t.LeftParen || beforeKey === t.Comma);
      if (colon && standsForColon(token, tokens[i + 1])) {
        const place = { ...span, start: token.startOffset };
        report(
          "missing-colon",
          { key: previous.image },
          span,
          replacementFix(place, ":", `write \`${previous.image}:\``),
        );
        out.push(t.withTokenType(token, t.Colon, ":"));
        continue;
      }
      if (colon)
        report(
          "missing-colon",
          { key: previous.image },
          span,
          replacementFix(insertSpan, ":", `write \`${previous.image}:\``),
        );
      // All commas missing in a bracket get one report.
      else if (top.commas) top.commas.push({ start: insertSpan.start, end: insertSpan.end, text: "," });
      else {
        top.commas = [{ start: insertSpan.start, end: insertSpan.end, text: "," }];
        report(
          "missing-comma",
          { before: token.image },
          { ...span, start: token.startOffset },
          { title: "add a comma", edits: top.commas, certain: true },
        );
      }
      out.push(t.virtualToken(colon ? t.Colon : t.Comma, previous, t.tokenEnd(previous), colon ? ":" : ","));
    }
    if (t.isOpenBracket(token)) stack.push({ open: token, word: false, lines: [] });
    if (t.isCloseBracket(token)) stack.pop();
    out.push(token);
  }
  return out;
}

/** `epochs is 3`: detects a word in place of a colon, between a name and a value that cannot be a list's next item. */
export function standsForColon(token: IToken | undefined, next: IToken | undefined): boolean {
  return (
    token?.tokenType === t.Identifier &&
    next !== undefined &&
    [t.Num, t.Str, t.TripleQuoted, t.DollarName, t.LeftBrace, t.LeftSquare].includes(next.tokenType) &&
    t.tokenEnd(token) < next.startOffset
  );
}
