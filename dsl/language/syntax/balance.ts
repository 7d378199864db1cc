/**
 * Balances brackets before parsing, so that one missing bracket costs at most one statement: a stray new line in `(` or
 * `[` closes it; a line of the form verb + name, string or `{` closes every open block. New lines without meaning
 * (after an opener or comma, before a closer) are dropped.
 */
import type { IToken, TokenType } from "chevrotain";
import type { Reporter } from "../diagnostics/reporter.js";
import { replacementFix } from "../diagnostics/reporter.js";
import type { SourceId, Span } from "../diagnostics/span.js";
import type {} from "./codes.js";
import * as t from "./tokens.js";

const closerOf: ReadonlyMap<TokenType, TokenType> = new Map([
  [t.LeftBrace, t.RightBrace],
  [t.LeftParen, t.RightParen],
  [t.LeftSquare, t.RightSquare],
]);
const openerOf: ReadonlyMap<TokenType, TokenType> = new Map([...closerOf].map(([open, closer]) => [closer, open]));
const image: ReadonlyMap<TokenType, string> = new Map([
  [t.LeftBrace, "{"],
  [t.LeftParen, "("],
  [t.LeftSquare, "["],
  [t.RightBrace, "}"],
  [t.RightParen, ")"],
  [t.RightSquare, "]"],
]);

export interface BalancedTokens {
  readonly tokens: readonly IToken[];
  /** Lines (from 1) with a missing or extra bracket: other errors on them have the same cause. */
  readonly lines: ReadonlySet<number>;
}

export function balanceBrackets(
  tokens: readonly IToken[],
  verbs: ReadonlySet<string>,
  source: SourceId,
  reporter: Reporter,
): BalancedTokens {
  return new Balancer(tokens, verbs, source, reporter).balanced();
}

/** One pass over the tokens: the output so far, and the open brackets. */
class Balancer {
  private readonly out: IToken[] = [];
  private readonly stack: IToken[] = [];
  private readonly lines = new Set<number>();
  /** Brackets with a line that ends without a comma, and whether each is closed later. */
  private readonly closed = new Map<IToken, boolean>();
  /** Index after the last run of new lines. */
  private next = 0;

  constructor(
    private readonly tokens: readonly IToken[],
    private readonly verbs: ReadonlySet<string>,
    private readonly source: SourceId,
    private readonly reporter: Reporter,
  ) {}

  balanced(): BalancedTokens {
    for (const [i, token] of this.tokens.entries()) this.take(token, i);
    this.dropNewLines();
    const end = this.out.at(-1);
    if (end) this.close(end, () => false);
    return { tokens: this.out, lines: this.lines };
  }

  private take(token: IToken, i: number): void {
    const atLineStart = i === 0 || this.tokens[i - 1]?.tokenType === t.NewLine;
    if (this.stack.length > 0 && atLineStart && startsStatement(this.tokens, i, this.verbs)) this.closeBefore(token);
    if (token.tokenType === t.NewLine) this.newLine(token, i);
    else if (t.isCloseBracket(token)) this.closer(token, i);
    else {
      if (t.isOpenBracket(token)) this.stack.push(token);
      this.out.push(token);
    }
  }

  /** Closes all open brackets at the end of the line above, because a statement begins with `token`. */
  private closeBefore(token: IToken): void {
    const near = this.out.findLast((k) => k.tokenType !== t.NewLine) ?? token;
    this.dropNewLines();
    this.close(near, () => false);
    this.out.push(t.virtualToken(t.NewLine, token, token.startOffset));
  }

  private newLine(token: IToken, i: number): void {
    const previous = this.out.at(-1);
    const following = this.afterNewLines(i);
    if (!previous || !following || meansNothing(previous, following)) return;
    if (opensBlockOf(previous, following)) {
      this.reporter.report("brace-on-next-line", {}, this.span(following), {
        fix: replacementFix(
          { ...this.span(following), start: t.tokenEnd(previous) },
          " {",
          "put `{` at the end of the line above",
        ),
      });
      return;
    }
    if (this.lacksComma(previous, following, i)) return;
    this.close(previous, () => this.stack.at(-1)?.tokenType === t.LeftBrace);
    this.out.push(token);
  }

  /** Whether the next line continues a `(` or `[` that is closed later: only its comma is missing (normalise.ts). */
  private lacksComma(previous: IToken, following: IToken, i: number): boolean {
    const open = this.stack.at(-1);
    if (!open || open.tokenType === t.LeftBrace || !t.isValueEnd(previous) || !t.isValueStart(following)) return false;
    const known = this.closed.get(open);
    if (known !== undefined) return known;
    const found = closesAsList(this.tokens, i, open.tokenType, this.verbs);
    this.closed.set(open, found);
    return found;
  }

  private afterNewLines(i: number): IToken | undefined {
    if (this.next < i) this.next = i;
    while (this.tokens[this.next]?.tokenType === t.NewLine) this.next++;
    return this.tokens[this.next];
  }

  private closer(token: IToken, i: number): void {
    const type = token.tokenType;
    const innermost = this.stack.at(-1);
    if (innermost && this.wanted() !== type && this.swapped(i)) return this.swap(innermost, token);
    if (!this.stack.some((open) => closerOf.get(open.tokenType) === type)) return this.unopened(token, i);
    this.close(this.out.at(-1) ?? token, () => this.wanted() === type);
    this.stack.pop();
    this.out.push(token);
  }

  /** Handles `token` closing the innermost bracket `open` of another type: one of the two is replaced to match. */
  private swap(open: IToken, token: IToken): void {
    this.stack.pop();
    const index = this.out.lastIndexOf(open);
    const opener = openerOf.get(token.tokenType) ?? open.tokenType;
    const closer = closerOf.get(open.tokenType) ?? token.tokenType;
    // `source: csv {"a.csv")`: where a word takes its parameters, the opener is the wrong one.
    const before = this.out[index - 1];
    const called = this.stack.length > 0 || (before !== undefined && t.tokenEnd(before) === open.startOffset);
    if (token.tokenType === t.RightParen && before?.tokenType === t.Identifier && called) {
      const right = image.get(opener) ?? "";
      this.mismatched(open, token, open, right);
      this.out[index] = t.withTokenType(open, opener, right);
      this.out.push(token);
    } else this.closeAs(open, token, closer);
  }

  /** Handles a closer without an open bracket of its type. */
  private unopened(token: IToken, i: number): void {
    const open = this.stack.at(-1);
    const closer = this.wanted();
    if (open && closer && !closesLater(this.tokens, i, closer, this.verbs)) {
      this.stack.pop();
      this.closeAs(open, token, closer);
      return;
    }
    this.reporter.report("stray-bracket", { bracket: token.image }, this.span(token), {
      label: "nothing is open here",
      fix: { ...replacementFix(this.span(token), ""), certain: false },
    });
    this.lines.add(token.startLine ?? 0);
  }

  /** Replaces `token`, which closes `open`, by `closer`. */
  private closeAs(open: IToken, token: IToken, closer: TokenType): void {
    const right = image.get(closer) ?? "";
    this.mismatched(open, token, token, right);
    this.out.push(t.withTokenType(token, closer, right));
  }

  /** Closes brackets until `enough` returns true, with one report for all at the innermost one. */
  private close(near: IToken, enough: () => boolean): void {
    const innermost = this.stack.at(-1);
    let missing = "";
    while (this.stack.length > 0 && !enough()) {
      const open = this.stack.pop();
      const type = open && closerOf.get(open.tokenType);
      if (!type) break;
      this.out.push(t.virtualToken(type, near, t.tokenEnd(near), image.get(type)));
      missing += image.get(type) ?? "";
      this.lines.add(open.startLine ?? 0);
    }
    if (!innermost || missing === "") return;
    this.lines.add(near.startLine ?? 0);
    const insertSpan = { source: this.source, start: t.tokenEnd(near), end: t.tokenEnd(near) };
    this.reporter.report("unclosed-bracket", { open: innermost.image, close: missing }, this.span(innermost), {
      label: `\`${missing}\` is missing`,
      fix: { ...replacementFix(insertSpan, missing, `add \`${missing}\``), certain: false },
    });
  }

  /** Reports mismatched brackets. `wrong`: the one of the two that should be `right`. */
  private mismatched(open: IToken, close: IToken, wrong: IToken, right: string): void {
    const place = this.span(wrong);
    const other =
      wrong === open ? { span: this.span(close), text: "closed here" } : { span: this.span(open), text: "opened here" };
    this.reporter.report(
      "mismatched-bracket",
      { open: open.image, close: close.image, ...(wrong === open ? { opener: right } : {}) },
      place,
      { labels: [other], fix: { ...replacementFix(place, right), certain: false } },
    );
    for (const { startLine } of [open, close]) this.lines.add(startLine ?? 0);
  }

  /**
   * Whether reading the closer at `i` as that of the innermost bracket leaves fewer faults in its statement than
   * reading it as it is.
   */
  private swapped(i: number): boolean {
    const { tokens, verbs } = this;
    const open = this.stack.map((k) => k.tokenType);
    const type = tokens[i]?.tokenType;
    const index = open.findLastIndex((k) => closerOf.get(k) === type);
    if (faults(tokens, i + 1, open.slice(0, -1), verbs, 1) > 0) return false;
    const skipped = index < 0 ? 1 : open.length - 1 - index;
    return skipped > 0 || faults(tokens, i + 1, open.slice(0, index), verbs, 1) > 0;
  }

  /** Returns the closer of the innermost bracket. */
  private wanted(): TokenType | undefined {
    const open = this.stack.at(-1);
    return open && closerOf.get(open.tokenType);
  }
  private dropNewLines(): void {
    while (this.out.at(-1)?.tokenType === t.NewLine) this.out.pop();
  }
  private span(token: IToken): Span {
    return { source: this.source, start: token.startOffset, end: t.tokenEnd(token) };
  }
}

/** Whether a new line between the two tokens has no meaning. */
function meansNothing(previous: IToken, following: IToken): boolean {
  return (
    previous.tokenType === t.NewLine ||
    previous.tokenType === t.Comma ||
    t.isOpenBracket(previous) ||
    t.isCloseBracket(following)
  );
}

/** Whether `following`, on its own line, is the `{` of the header that ends with `previous`. */
function opensBlockOf(previous: IToken, following: IToken): boolean {
  return (
    following.tokenType === t.LeftBrace &&
    (t.isValueEnd(previous) || previous.tokenType === t.Colon) &&
    previous.tokenType !== t.RightBrace
  );
}

/**
 * Whether the bracket open at `i` is closed later by its own closer: on the rest of the line, or for a block before the
 * next statement.
 */
function closesLater(tokens: readonly IToken[], i: number, closer: TokenType, verbs: ReadonlySet<string>): boolean {
  let depth = 0;
  for (let index = i + 1; index < tokens.length; index++) {
    const token = tokens[index] as IToken;
    if (token.tokenType === t.NewLine && (closer !== t.RightBrace || startsStatement(tokens, index + 1, verbs)))
      return false;
    if (depth === 0 && token.tokenType === closer) return true;
    if (t.isOpenBracket(token)) depth++;
    if (t.isCloseBracket(token)) depth--;
  }
  return false;
}

/** Maximum tokens in which the closer of a list is searched, to avoid quadratic time with many open brackets. */
const LONGEST_LIST = 1000;

/**
 * Whether the bracket around `from` has its own closer before another closer, the next statement or, for `[`, the next
 * key.
 */
function closesAsList(tokens: readonly IToken[], from: number, open: TokenType, verbs: ReadonlySet<string>): boolean {
  let depth = 0;
  for (let index = from + 1; index < Math.min(tokens.length, from + LONGEST_LIST); index++) {
    const token = tokens[index] as IToken;
    const startsLine = tokens[index - 1]?.tokenType === t.NewLine;
    if (startsLine && startsStatement(tokens, index, verbs)) return false;
    const isKey = token.tokenType === t.Identifier && tokens[index + 1]?.tokenType === t.Colon;
    if (depth === 0 && startsLine && isKey && open === t.LeftSquare) return false;
    if (depth === 0 && t.isCloseBracket(token)) return token.tokenType === closerOf.get(open);
    if (t.isOpenBracket(token)) depth++;
    if (t.isCloseBracket(token)) depth--;
  }
  return false;
}

/** Counts unmatched brackets in the rest of a statement, which begins inside the `open` ones; stops at `most`. */
function faults(
  tokens: readonly IToken[],
  from: number,
  open: readonly TokenType[],
  verbs: ReadonlySet<string>,
  most: number,
): number {
  const stack = [...open];
  /** Number of open brackets per type: if it is zero, the closer needs no search. */
  const openOf = new Map<TokenType, number>();
  const counted = (type: TokenType, by: number): void => void openOf.set(type, (openOf.get(type) ?? 0) + by);
  for (const type of stack) counted(type, 1);
  let count = 0;
  for (let index = from; index < tokens.length && count < most; index++) {
    const token = tokens[index] as IToken;
    if (tokens[index - 1]?.tokenType === t.NewLine && startsStatement(tokens, index, verbs)) break;
    if (t.isOpenBracket(token)) {
      stack.push(token.tokenType);
      counted(token.tokenType, 1);
    } else if (t.isCloseBracket(token)) {
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

/** Matches a verb at the start of a line, followed by a name, a string or `{`, and not by a key. */
function startsStatement(tokens: readonly IToken[], i: number, verbs: ReadonlySet<string>): boolean {
  const [verb, next, after] = [tokens[i], tokens[i + 1], tokens[i + 2]];
  if (verb?.tokenType !== t.Identifier || !verbs.has(verb.image) || !next) return false;
  if (next.tokenType === t.LeftBrace) return true;
  return (next.tokenType === t.Identifier || next.tokenType === t.Str) && after?.tokenType !== t.Colon;
}
