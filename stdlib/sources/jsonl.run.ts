/** One JSON object per line, streamed. Blank lines are passed over. */
import { CodedError } from "#dsl/check/codes.js";
import type { SourceImplementation } from "../kinds.js";
import { Gathered, isRecord, kindOf } from "./columns.run.js";
import { jsonFault, placeOf } from "./json-place.run.js";
import { locate, textOf } from "./text-file.run.js";

export const jsonl: SourceImplementation = {
  async open(call, world, limit = Infinity) {
    const { path, encoding } = call.arguments as { path: string; encoding?: string };
    const gathered = new Gathered();
    let line = 0;
    for await (const text of linesOf(textOf(await locate(world.folder, path), path, encoding ?? "utf-8"))) {
      line++;
      if (text.trim() === "") continue;
      gathered.add(objectOf(text, path, line, gathered.rows + 1));
      if (gathered.rows >= limit) break;
    }
    if (gathered.rows === 0) throw new CodedError("empty-file", { file: path });
    return gathered.table(path);
  },
};

function objectOf(text: string, file: string, line: number, row: number): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const fault = jsonFault(text);
    if (!fault) throw cause;
    throw new CodedError(
      "broken-json",
      { file, line, column: placeOf(text, fault.at).column, why: fault.why },
      { cause },
    );
  }
  if (!isRecord(value)) throw new CodedError("json-shape", { file, found: kindOf(value), row });
  return value;
}

async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest: string[] = [];
  for await (const piece of pieces) {
    const lines = piece.split("\n");
    rest.push(lines[0]!);
    if (lines.length === 1) continue;
    yield rest.join("");
    for (const line of lines.slice(1, -1)) yield line;
    rest = [lines.at(-1)!];
  }
  yield rest.join("");
}
