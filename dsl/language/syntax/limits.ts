/**
 * Limits on the size of a program. Normal programs are far below them; beyond is text pasted by mistake or written to
 * stall a compiler, which gets a single report.
 */
import type { IToken } from "chevrotain";
import * as t from "./tokens.js";

export const parseLimits = {
  /** Maximum UTF-16 units of one source. */
  characters: t.MAX_TEXT_CHARACTERS,
  /** Maximum nesting depth of brackets. */
  depth: 100,
  /** Maximum statements of one source. */
  statements: 2000,
  /** Maximum syntax errors, after which the rest of the text is skipped. */
  mistakes: 200,
  /** Maximum errors of any kind, after which the statement is skipped. */
  reports: 5000,
} as const;

/** Returns the first bracket that is nested too deeply. */
export function findTooDeepBracket(tokens: readonly IToken[]): IToken | undefined {
  let depth = 0;
  for (const token of tokens) {
    if (t.isOpenBracket(token) && ++depth > parseLimits.depth) return token;
    if (t.isCloseBracket(token)) depth = Math.max(0, depth - 1);
  }
  return undefined;
}
