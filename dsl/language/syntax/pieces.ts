/** Splits tokens into units that are read on their own (lines, entries, blocks), and finds their bounds. */
import type { IToken } from "chevrotain";
import * as t from "./tokens.js";

/** Splits at separators outside all brackets; omits empty pieces. */
export function splitTokensAt(tokens: readonly IToken[], separators: readonly IToken["tokenType"][]): IToken[][] {
  const pieces: IToken[][] = [];
  let piece: IToken[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (t.isOpenBracket(token)) depth++;
    if (t.isCloseBracket(token)) depth--;
    if (depth === 0 && separators.includes(token.tokenType)) {
      if (piece.length > 0) pieces.push(piece);
      piece = [];
    } else piece.push(token);
  }
  if (piece.length > 0) pieces.push(piece);
  return pieces;
}
/** Returns the token before `next`, which need not be one of the tokens. */
export function previousToken(tokens: readonly IToken[], next: IToken): IToken | undefined {
  return tokens.findLast((token) => token.startOffset < next.startOffset);
}
/** Tokens that do not occur in a header without a block. */
const BLOCKS: ReadonlySet<IToken["tokenType"]> = new Set([t.LeftBrace, t.Colon]);
/** Returns the lines of a record without braces: `header:` at `i`, then indented lines that begin with a key. */
export function bracelessRecordLines(pieces: readonly (readonly IToken[])[], i: number): readonly IToken[][] {
  const head = pieces[i] ?? [];
  const [first] = head;
  // The colon of a statement may be missing too, because nothing else has indented lines.
  const bare = first?.tokenType === t.Identifier && head.length > 1 && head.every((k) => !BLOCKS.has(k.tokenType));
  if (!first || (head.at(-1)?.tokenType !== t.Colon && !bare)) return [];
  const isUnder = ([key, next]: readonly IToken[]): boolean =>
    key !== undefined &&
    next !== undefined &&
    (key.startLine ?? 0) > (head.at(-1)?.startLine ?? 0) &&
    (key.startColumn ?? 0) > (first.startColumn ?? 0) &&
    (key.tokenType === t.Identifier || key.tokenType === t.Str) &&
    (next.tokenType === t.Colon || next.tokenType === t.Dot);
  let end = i + 1;
  while (isUnder(pieces[end] ?? [])) end++;
  return pieces.slice(i + 1, end) as IToken[][];
}
/** Returns the index of a `key:` in a header whose `{` is missing; -1 if there is none. */
export function indexOfKeyInHead(tokens: readonly IToken[]): number {
  let depth = 0;
  for (const [i, token] of tokens.entries()) {
    if (token.tokenType === t.LeftBrace && depth === 0) return -1;
    if (t.isOpenBracket(token)) depth++;
    if (t.isCloseBracket(token)) depth--;
    if (
      depth === 0 &&
      token.tokenType === t.Colon &&
      i > 1 &&
      tokens[i - 1]?.tokenType === t.Identifier &&
      tokens[i + 1]
    )
      return i - 1;
  }
  return -1;
}
/** Returns the index of a statement's `{`: the first one outside other brackets. */
export function indexOfBlockStart(tokens: readonly IToken[]): number {
  let depth = 0;
  for (const [i, token] of tokens.entries()) {
    if (token.tokenType === t.LeftBrace && depth === 0) return i;
    if (t.isOpenBracket(token)) depth++;
    if (t.isCloseBracket(token)) depth--;
  }
  return -1;
}
/** Returns the index of the bracket that closes the one at `open` (brackets are balanced). */
export function indexOfClosingBracket(tokens: readonly IToken[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (t.isOpenBracket(tokens[i])) depth++;
    if (t.isCloseBracket(tokens[i])) depth--;
    if (depth === 0) return i;
  }
  return tokens.length - 1;
}
/** Returns the index of a further `key:` in a value (its comma is missing), or -1. */
export function indexOfNextEntry(tokens: readonly IToken[]): number {
  let depth = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (t.isOpenBracket(token)) depth++;
    if (t.isCloseBracket(token)) depth--;
    if (depth > 0 || i === 0 || !token || token.tokenType !== t.Identifier || !t.isValueEnd(tokens[i - 1])) continue;
    let after = i + 1;
    while (tokens[after]?.tokenType === t.Dot) after += 2;
    if (tokens[after]?.tokenType === t.Colon) return i;
  }
  return -1;
}
