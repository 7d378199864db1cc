/**
 * Reads the rows of a data set's files, one file after the other. The kernel finds the files (kernel/data/sources/hub)
 * and passes them in the call as `sources`.
 */
import type { ColumnTable } from "arquero";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import { locateFile } from "#platform/files.js";
import type { RowChunk, SourceImplementation, SourceContext } from "../data/contract.js";
import { replaceClassNumbersWithNames } from "./shared/classes.js";
import { tableFromChunks } from "./shared/gathered-chunks.js";
import { parseJsonKeepingDigits } from "./shared/json-value.js";
import { sameColumnsCheck } from "./shared/over-files.js";
import { readTextPieces } from "./shared/text-file.js";
import { encodingOfCall } from "./shared/detected-parameters.js";

interface Arguments {
  readonly path: string;
  readonly sources?: readonly Call[];
  readonly sizes?: readonly number[];
  readonly classes?: { readonly record: Readonly<Record<string, readonly string[]>> };
  readonly root?: string;
}

export const hub: SourceImplementation = {
  open: (call, world, limit = Infinity) =>
    tableFromChunks(argumentsOf(call).path, chunks(call, world, { streamed: false, limit }), limit),
  stream: (call, world) => chunks(call, world, { streamed: true, limit: Infinity }),
};

const argumentsOf = (call: Call): Arguments => call.arguments as Call["arguments"] & Arguments;

/** Each chunk has the columns of all chunks before it, so that together they form one table. */
async function* chunks(
  call: Call,
  given: SourceContext,
  options: { readonly streamed: boolean; readonly limit: number },
): AsyncGenerator<RowChunk> {
  const { sources, sizes = [], classes, root } = argumentsOf(call);
  if (!sources) throw new CodedError("not-on-page", { word: "hub" });
  const world = root === undefined ? given : { ...given, folder: root };
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const demand = sameColumnsCheck();
  let [before, rows] = [0, 0];
  for (const [i, source] of sources.entries()) {
    const size = sizes[i] ?? 0;
    const from = before;
    const onBytes = (read: number, total: number): void =>
      given.onBytes?.(from + size * (total > 0 ? read / total : 0), all);
    const word = await wordFor(source, world);
    const reader = await world.source?.(word);
    if (!reader) throw new CodedError("internal", { what: `nothing reads ${word}` });
    const file = String(source.arguments["path"]);
    let first = true;
    for await (const chunk of chunksOf(
      reader,
      { ...source, word },
      { ...world, onBytes },
      { ...options, limit: options.limit - rows },
    )) {
      const columns = word === "text" ? new Map([...chunk.columns].filter(([name]) => name !== "file")) : chunk.columns;
      // JSON objects may have different keys; the other formats declare columns, which must be the same in all files.
      if (first && !word.startsWith("json")) demand(file, columns.keys());
      first = false;
      yield {
        rows: chunk.rows,
        columns: replaceClassNumbersWithNames(columns, classes?.record ?? {}, { file, before: rows }),
      };
      rows += chunk.rows;
    }
    before += size;
    if (rows >= options.limit) return;
  }
}

async function* chunksOf(
  reader: SourceImplementation,
  call: Call,
  world: SourceContext,
  { streamed, limit }: { readonly streamed: boolean; readonly limit: number },
): AsyncGenerator<RowChunk> {
  if (streamed && reader.stream) yield* reader.stream(call, world);
  else yield chunkOf(await reader.open(call, world, limit));
}

function chunkOf(table: ColumnTable): RowChunk {
  const names = table.columnNames().filter((name) => name !== "$row");
  return {
    rows: table.numRows(),
    columns: new Map(names.map((name) => [name, Array.from(table.array(name) as Iterable<unknown>)])),
  };
}

/** A .json file contains one value, or one value on each line. */
async function wordFor(source: Call, world: SourceContext): Promise<string> {
  if (source.word !== "json" || source.arguments["rows"] !== undefined) return source.word;
  const path = String(source.arguments["path"]);
  let head = "";
  for await (const piece of readTextPieces(await locateFile(world.folder, path), path, encodingOfCall(source))) {
    head += piece;
    if (head.includes("\n", head.search(/\S/)) || head.length > 2 ** 24) break;
  }
  const [line = ""] = head.trimStart().split("\n", 1);
  return line.startsWith("{") && isValue(line) ? "jsonl" : "json";
}

function isValue(text: string): boolean {
  try {
    return parseJsonKeepingDigits(text) !== undefined;
  } catch {
    return false;
  }
}
