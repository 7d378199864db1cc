/**
 * How much of a program is read. What people write lies far below; beyond them stands what was pasted by mistake or made to
 * hold up a compiler, and one report of it is all that helps.
 */
import type { IToken } from "chevrotain";
import * as t from "./tokens.js";

export const parseLimits = {
  /** UTF-16 units of one source. */
  characters: t.MAX_TEXT_CHARACTERS,
  /** Brackets in brackets. */
  depth: 100,
  /** Of one source. */
  statements: 2000,
  /** Mistakes of syntax, after which the rest of the text is left. */
  mistakes: 200,
  /** Mistakes of any kind, after which the statement is left. */
  reports: 5000,
} as const;

/** The bracket that lies too deep. */
export function findTooDeepBracket(tokens: readonly IToken[]): IToken | undefined {
  let depth = 0;
  for (const token of tokens) {
    if (t.isOpenBracket(token) && ++depth > parseLimits.depth) return token;
    if (t.isCloseBracket(token)) depth = Math.max(0, depth - 1);
  }
  return undefined;
}
