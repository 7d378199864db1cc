/** One JSON object per line, streamed. Blank lines are passed over. */
import { isRecord } from "#dsl/diagnostics/record.js";
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Call } from "#dsl/types/value.js";
import type { SourceImplementation, SourceWorld } from "../kinds/data.js";
import { Gathered, headText, kindOf } from "../lib/sources/columns.js";
import { jsonFault, placeOf } from "../lib/sources/json-place.js";
import { demandShallow, jsonValue } from "../lib/sources/json-value.js";
import { linesOf } from "../lib/sources/lines.js";
import { locate } from "#platform/files.js";
import { fileText } from "../lib/sources/text-file.js";

export const jsonl: SourceImplementation = {
  async open(call, world, limit = Infinity) {
    const gathered = new Gathered(fileOf(call));
    let read = 0;
    for await (const { value, length } of objects(call, world)) {
      gathered.add(value);
      read += length;
      if (gathered.rows >= limit || (limit < Infinity && read > headText)) break;
    }
    return gathered.table();
  },
  async *stream(call, world) {
    const gathered = new Gathered(fileOf(call));
    for await (const { value } of objects(call, world)) {
      gathered.add(value);
      if (gathered.enough) yield gathered.take();
    }
    if (gathered.rows > 0) yield gathered.take();
  },
};

const fileOf = (call: Call): string => call.arguments["path"] as string;

async function* objects(call: Call, world: SourceWorld): AsyncGenerator<{ value: object; length: number }> {
  const path = fileOf(call);
  const encoding = (call.arguments["encoding"] as string | undefined) ?? "utf-8";
  let [line, row] = [0, 0];
  for await (const text of linesOf(fileText(await locate(world.folder, path), path, encoding, world), path)) {
    line++;
    if (text.trim() !== "") yield { value: objectOf(text, path, line, ++row), length: text.length };
  }
  if (row === 0) throw new CodedError("empty-file", { file: path });
}

function objectOf(text: string, file: string, line: number, row: number): object {
  let value: unknown;
  try {
    value = jsonValue(text);
  } catch (cause) {
    const fault = jsonFault(text);
    if (!fault) throw cause;
    // A value that goes on in the next line is most often a file that is one value.
    const reads = row === 1 && fault.at >= text.length && /^\s*[[{]\s*$/.test(text) ? { reads: "json" as const } : {};
    throw new CodedError(
      "broken-json",
      { file, line, column: placeOf(text, fault.at).column, why: fault.why, ...reads },
      { cause },
    );
  }
  if (!isRecord(value)) throw new CodedError("json-shape", { file, found: kindOf(value), row });
  demandShallow(value, file, row);
  return value;
}
