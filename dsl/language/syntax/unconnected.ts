/** Detects a target without its connector: `deploy router onnx("build")`. */
import type { IToken } from "chevrotain";
import * as t from "./tokens.js";

/** The connector that precedes words with arguments, and its verb. */
export const TO_CONNECTOR = "to";
const VERB = "deploy";

/**
 * Returns the word before the bracket at `stuckToken` (where parsing the head stopped) that lacks its connector; else
 * undefined.
 */
export function findMissingConnector(head: readonly IToken[], stuckToken: IToken): IToken | undefined {
  const i = head.indexOf(stuckToken);
  const [word, before] = [head[i - 1], head[i - 2]];
  if (head[0]?.image !== VERB || stuckToken.tokenType !== t.LeftParen || !word || i < 3) return undefined;
  const touches = word.tokenType === t.Identifier && t.tokenEnd(word) === stuckToken.startOffset;
  return touches && t.isValueEnd(before) ? word : undefined;
}
