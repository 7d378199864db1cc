/**
 * Balances brackets before parsing, so that one missing bracket costs one statement at most:
 * a stray new line in `(` or `[` closes it; a line of the form verb + name, string or `{` closes every open block.
 * New lines that mean nothing (after an opener or comma, before a closer) are dropped.
 */
import type { IToken, TokenType } from "chevrotain";
import type { Reporter } from "../diagnostics/reporter.js";
import { replace } from "../diagnostics/reporter.js";
import type { SourceId } from "../diagnostics/span.js";
import type {} from "./codes.js";
import * as t from "./tokens.js";

const closerOf = new Map<TokenType, TokenType>([
  [t.LeftBrace, t.RightBrace],
  [t.LeftParen, t.RightParen],
  [t.LeftSquare, t.RightSquare],
]);
const openerOf = new Map<TokenType, TokenType>([...closerOf].map(([open, closer]) => [closer, open]));
const image = new Map<TokenType, string>([
  [t.LeftBrace, "{"],
  [t.LeftParen, "("],
  [t.LeftSquare, "["],
  [t.RightBrace, "}"],
  [t.RightParen, ")"],
  [t.RightSquare, "]"],
]);

export interface Balanced {
  readonly tokens: readonly IToken[];
  /** Lines (from 1) that a bracket was missing or too much on: whatever else fails there has the same cause. */
  readonly lines: ReadonlySet<number>;
}

export function balance(
  tokens: readonly IToken[],
  verbs: ReadonlySet<string>,
  source: SourceId,
  reporter: Reporter,
): Balanced {
  const out: IToken[] = [];
  const stack: IToken[] = [];
  const lines = new Set<number>();
  const wanted = (): TokenType | undefined => closerOf.get(stack.at(-1)?.tokenType as TokenType);

  /** Closes what is open until `enough`: one report for all of it, at the innermost. */
  const close = (near: IToken, enough: () => boolean): void => {
    const innermost = stack.at(-1);
    let missing = "";
    while (stack.length > 0 && !enough()) {
      const open = stack.pop();
      const type = open && closerOf.get(open.tokenType);
      if (!type) break;
      out.push(t.virtual(type, near, t.endOf(near), image.get(type)));
      missing += image.get(type) ?? "";
      lines.add(open.startLine ?? 0);
    }
    if (!innermost || missing === "") return;
    lines.add(near.startLine ?? 0);
    const at = { source, start: t.endOf(near), end: t.endOf(near) };
    reporter.report(
      "unclosed-bracket",
      { open: innermost.image, close: missing },
      { source, start: innermost.startOffset, end: t.endOf(innermost) },
      {
        label: `\`${missing}\` is missing`,
        fix: { ...replace(at, missing, `add \`${missing}\``), certain: false },
      },
    );
  };
  /** Whether the closer at `i` taken for that of the innermost bracket leaves fewer faults in its statement than taken as it is. */
  const swapped = (i: number): boolean => {
    const open = stack.map((k) => k.tokenType);
    const type = tokens[i]?.tokenType as TokenType;
    const at = open.findLastIndex((k) => closerOf.get(k) === type);
    if (faults(tokens, i + 1, open.slice(0, -1), verbs, 1) > 0) return false;
    const skipped = at < 0 ? 1 : open.length - 1 - at;
    return skipped > 0 || faults(tokens, i + 1, open.slice(0, at), verbs, 1) > 0;
  };
  /** `wrong`: the one of the two that should be `right`. */
  const mismatched = (open: IToken, close: IToken, wrong: IToken, right: string): void => {
    const spanOf = (k: IToken) => ({ source, start: k.startOffset, end: t.endOf(k) });
    reporter.report(
      "mismatched-bracket",
      { open: open.image, close: close.image, ...(wrong === open ? { opener: right } : {}) },
      spanOf(wrong),
      {
        labels: [
          wrong === open ? { span: spanOf(close), text: "closed here" } : { span: spanOf(open), text: "opened here" },
        ],
        fix: { ...replace(spanOf(wrong), right), certain: false },
      },
    );
    for (const { startLine } of [open, close]) lines.add(startLine ?? 0);
  };
  const lastReal = (): IToken | undefined => out.findLast((k) => k.tokenType !== t.NewLine);

  /** Where the run of new lines ends that was met last. */
  let next = 0;
  tokens.forEach((token, i) => {
    const type = token.tokenType;
    const previous = out.at(-1);
    const atLineStart = i === 0 || tokens[i - 1]?.tokenType === t.NewLine;
    if (stack.length > 0 && atLineStart && startsStatement(tokens, i, verbs)) {
      const near = lastReal() ?? token;
      while (out.at(-1)?.tokenType === t.NewLine) out.pop();
      close(near, () => false);
      out.push(t.virtual(t.NewLine, token, token.startOffset));
    }
    if (type === t.NewLine) {
      if (next < i) next = i;
      while (tokens[next]?.tokenType === t.NewLine) next++;
      const following = tokens[next];
      if (
        !previous ||
        previous.tokenType === t.NewLine ||
        previous.tokenType === t.Comma ||
        t.isOpen(previous) ||
        !following ||
        t.isClose(following)
      )
        return;
      if (
        following.tokenType === t.LeftBrace &&
        (t.endsValue(previous) || previous.tokenType === t.Colon) &&
        previous.tokenType !== t.RightBrace
      ) {
        const span = { source, start: following.startOffset, end: t.endOf(following) };
        reporter.report("brace-on-next-line", {}, span, {
          fix: replace(
            { source, start: t.endOf(previous), end: t.endOf(following) },
            " {",
            "put `{` at the end of the line above",
          ),
        });
        return;
      }
      close(previous, () => stack.at(-1)?.tokenType === t.LeftBrace);
      out.push(token);
      return;
    }
    if (t.isOpen(token)) stack.push(token);
    else if (t.isClose(token)) {
      if (stack.length > 0 && wanted() !== type && swapped(i)) {
        const open = stack.pop() as IToken;
        // `source: csv {"a.csv")`: where a word takes its parameters, the opener is the one that is wrong.
        const at = out.lastIndexOf(open);
        const opener = openerOf.get(type) ?? open.tokenType;
        const before = out[at - 1];
        const called = stack.length > 0 || (before !== undefined && t.endOf(before) === open.startOffset);
        const wrong = type === t.RightParen && before?.tokenType === t.Identifier && called ? open : token;
        const right = (wrong === open ? image.get(opener) : image.get(closerOf.get(open.tokenType)!)) ?? "";
        mismatched(open, token, wrong, right);
        if (wrong === open) out[at] = t.retyped(open, opener, right);
        out.push(wrong === open ? token : t.retyped(token, closerOf.get(open.tokenType)!, right));
        return;
      }
      if (!stack.some((open) => closerOf.get(open.tokenType) === type)) {
        const open = stack.at(-1);
        const closer = wanted();
        if (open && closer && !closesLater(tokens, i, closer, verbs)) {
          mismatched(open, token, token, image.get(closer) ?? "");
          stack.pop();
          out.push(t.retyped(token, closer, image.get(closer)));
          return;
        }
        reporter.report(
          "stray-bracket",
          { bracket: token.image },
          { source, start: token.startOffset, end: t.endOf(token) },
          {
            label: "nothing is open here",
            fix: { ...replace({ source, start: token.startOffset, end: t.endOf(token) }, ""), certain: false },
          },
        );
        lines.add(token.startLine ?? 0);
        return;
      }
      close(previous ?? token, () => wanted() === type);
      stack.pop();
    }
    out.push(token);
  });
  while (out.at(-1)?.tokenType === t.NewLine) out.pop();
  const end = out.at(-1);
  if (end) close(end, () => false);
  return { tokens: out, lines };
}

/** Whether what is open at `i` is closed by its own closer later: on the rest of the line, a block before the next statement. */
function closesLater(tokens: readonly IToken[], i: number, closer: TokenType, verbs: ReadonlySet<string>): boolean {
  let depth = 0;
  for (let at = i + 1; at < tokens.length; at++) {
    const token = tokens[at] as IToken;
    if (token.tokenType === t.NewLine && (closer !== t.RightBrace || startsStatement(tokens, at + 1, verbs)))
      return false;
    if (depth === 0 && token.tokenType === closer) return true;
    if (t.isOpen(token)) depth++;
    if (t.isClose(token)) depth--;
  }
  return false;
}

/** Brackets that don't fit in the rest of a statement, which begins with `open` ones; counted no further than to `most`. */
function faults(
  tokens: readonly IToken[],
  from: number,
  open: readonly TokenType[],
  verbs: ReadonlySet<string>,
  most: number,
): number {
  const stack = [...open];
  /** How many of each are open: a closer without any is not sought. */
  const openOf = new Map<TokenType, number>();
  const counted = (type: TokenType, by: number): void => void openOf.set(type, (openOf.get(type) ?? 0) + by);
  for (const type of stack) counted(type, 1);
  let count = 0;
  for (let at = from; at < tokens.length && count < most; at++) {
    const token = tokens[at] as IToken;
    if (tokens[at - 1]?.tokenType === t.NewLine && startsStatement(tokens, at, verbs)) break;
    if (t.isOpen(token)) {
      stack.push(token.tokenType);
      counted(token.tokenType, 1);
    } else if (t.isClose(token)) {
      const opener = openerOf.get(token.tokenType) as TokenType;
      if (!openOf.get(opener)) count++;
      else {
        const closed = stack.splice(stack.lastIndexOf(opener));
        for (const type of closed) counted(type, -1);
        count += closed.length - 1;
      }
    }
  }
  return count + stack.length;
}

/** A verb at the start of a line, followed by a name, a string or `{`, and no key. */
function startsStatement(tokens: readonly IToken[], i: number, verbs: ReadonlySet<string>): boolean {
  const [verb, next, after] = [tokens[i], tokens[i + 1], tokens[i + 2]];
  if (verb?.tokenType !== t.Identifier || !verbs.has(verb.image) || !next) return false;
  if (next.tokenType === t.LeftBrace) return true;
  return (next.tokenType === t.Identifier || next.tokenType === t.Str) && after?.tokenType !== t.Colon;
}
