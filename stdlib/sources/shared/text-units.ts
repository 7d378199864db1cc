/** A file's text as rows: whole, by line, or by paragraph. Blank ones are passed over; line ends are `\n`. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { largestRecord } from "./codes.js";

export type Unit = "file" | "line" | "paragraph";

/** Coded error `giant-text`, as soon as a row is too long. */
export async function* textsOf(lines: AsyncIterable<string>, file: string, unit: Unit): AsyncGenerator<string> {
  let [first, length, at] = [1, 0, 0];
  let waiting: string[] = [];
  const taken = (): string | undefined => {
    const text = waiting.join("\n").replace(/\n+$/, "");
    [waiting, length] = [[], 0];
    return text.trim() === "" ? undefined : text;
  };
  for await (const line of lines) {
    at++;
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
    if (waiting.length === 0) first = at;
    waiting.push(line);
    length += line.length + 1;
    if (length > largestRecord) throw new CodedError("giant-text", { file, line: first, limit: largestRecord, unit });
  }
  const text = taken();
  if (text !== undefined) yield text;
}
