/**
 * Splits a file's text into rows: the complete file, lines, or paragraphs. Blank ones are skipped; line ends are `\n`.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { MAX_RECORD_CHARACTERS } from "./codes.js";

export type TextUnit = "file" | "line" | "paragraph";

/** Throws the coded error `giant-text` as soon as a row is too long. */
export async function* textsByUnit(lines: AsyncIterable<string>, file: string, unit: TextUnit): AsyncGenerator<string> {
  let [first, length, lineNumber] = [1, 0, 0];
  let waiting: string[] = [];
  const taken = (): string | undefined => {
    const text = waiting.join("\n").replace(/\n+$/, "");
    [waiting, length] = [[], 0];
    return text.trim() === "" ? undefined : text;
  };
  for await (const line of lines) {
    lineNumber++;
    const blank = line.trim() === "";
    if (unit === "line") {
      if (!blank) yield line;
      continue;
    }
    if (unit === "paragraph" && blank) {
      const text = taken();
      if (text !== undefined) yield text;
      continue;
    }
    if (waiting.length === 0) first = lineNumber;
    waiting.push(line);
    length += line.length + 1;
    if (length > MAX_RECORD_CHARACTERS)
      throw new CodedError("giant-text", { file, line: first, limit: MAX_RECORD_CHARACTERS, unit });
  }
  const text = taken();
  if (text !== undefined) yield text;
}
