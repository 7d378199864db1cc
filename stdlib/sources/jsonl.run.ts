/** One JSON object per line, streamed. Blank lines are passed over. */
import { CodedError } from "#dsl/check/codes.js";
import type { Call } from "#dsl/plan/plan.js";
import type { SourceImplementation, SourceWorld } from "../kinds/data.js";
import { CHUNK, Gathered, isRecord, kindOf } from "./columns.run.js";
import { jsonFault, placeOf } from "./json-place.run.js";
import { locate } from "#platform/files.js";
import { textOf } from "./text-file.run.js";

export const jsonl: SourceImplementation = {
  async open(call, world, limit = Infinity) {
    const gathered = new Gathered();
    for await (const row of objects(call, world)) {
      gathered.add(row);
      if (gathered.rows >= limit) break;
    }
    return gathered.table(fileOf(call));
  },
  async *stream(call, world) {
    const gathered = new Gathered();
    for await (const row of objects(call, world)) {
      gathered.add(row);
      if (gathered.rows >= CHUNK) yield gathered.take(fileOf(call));
    }
    if (gathered.rows > 0) yield gathered.take(fileOf(call));
  },
};

const fileOf = (call: Call): string => call.arguments["path"] as string;

async function* objects(call: Call, world: SourceWorld): AsyncGenerator<object> {
  const path = fileOf(call);
  const encoding = (call.arguments["encoding"] as string | undefined) ?? "utf-8";
  let [line, row] = [0, 0];
  for await (const text of linesOf(textOf(await locate(world.folder, path), path, encoding))) {
    line++;
    if (text.trim() !== "") yield objectOf(text, path, line, ++row);
  }
  if (row === 0) throw new CodedError("empty-file", { file: path });
}

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
