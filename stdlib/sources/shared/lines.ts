/** Splits a text that arrives in pieces into lines. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { MAX_RECORD_CHARACTERS } from "./codes.js";

/** Throws the coded error `giant-line` as soon as a line is too long. */
export async function* splitLines(pieces: AsyncIterable<string>, file: string): AsyncGenerator<string> {
  let [line, length, afterReturn] = [1, 0, false];
  let rest: string[] = [];
  const bounded = (text: string): string => {
    length += text.length;
    if (length > MAX_RECORD_CHARACTERS)
      throw new CodedError("giant-line", { file, line, limit: MAX_RECORD_CHARACTERS });
    return text;
  };
  for await (const piece of pieces) {
    const text = afterReturn && piece.startsWith("\n") ? piece.slice(1) : piece;
    afterReturn = piece.endsWith("\r");
    const lines = text.includes("\r") ? text.split(/\r\n|\n|\r/) : text.split("\n");
    for (const [i, part] of lines.entries()) {
      if (i > 0) {
        yield rest.join("");
        [rest, length, line] = [[], 0, line + 1];
      }
      rest.push(bounded(part));
    }
  }
  yield rest.join("");
}
