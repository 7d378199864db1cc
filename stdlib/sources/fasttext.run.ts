/** Lines of fastText's format, streamed. Blank lines are passed over. */
import { not } from "arquero";
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Call } from "#dsl/types/value.js";
import { locate } from "#platform/files.js";
import type { SourceImplementation, SourceWorld } from "../kinds/data.js";
import { Gathered, headText } from "../lib/sources/columns.js";
import { linesOf } from "../lib/sources/lines.js";
import { fileText } from "../lib/sources/text-file.js";

interface Arguments {
  readonly path: string;
  readonly prefix?: string;
  readonly encoding?: string;
}
interface Row {
  readonly text: string;
  readonly label: string | null;
  readonly labels: readonly string[];
}

const argumentsOf = (call: Call): Arguments => call.arguments as unknown as Arguments;

export const fasttext: SourceImplementation = {
  async open(call, world, limit = Infinity) {
    const gathered = new Gathered(argumentsOf(call).path);
    let read = 0;
    for await (const line of lines(call, world)) {
      gathered.add(rowOf(line, call));
      read += line.length;
      if (gathered.rows >= limit || (limit < Infinity && read > headText)) break;
    }
    const table = gathered.table();
    // Where lines have several, no column holds the label: which role to give `labels` is told of a name that isn't there.
    const several = Array.from(table.array("labels") as Iterable<readonly string[]>).some((of) => of.length > 1);
    return several ? table.select(not("label")) : table;
  },
  async *stream(call, world) {
    const gathered = new Gathered(argumentsOf(call).path);
    for await (const line of lines(call, world)) {
      gathered.add(rowOf(line, call));
      if (gathered.enough) yield gathered.take();
    }
    if (gathered.rows > 0) yield gathered.take();
  },
};

/** Coded errors `empty-file`, `giant-line`, and those of `fileText`. */
async function* lines(call: Call, world: SourceWorld): AsyncGenerator<string> {
  const { path, encoding } = argumentsOf(call);
  let some = false;
  for await (const line of linesOf(
    fileText(await locate(world.folder, path), path, encoding ?? "utf-8", world),
    path,
  )) {
    if (line.trim() === "") continue;
    some = true;
    yield line;
  }
  if (!some) throw new CodedError("empty-file", { file: path });
}

/** Labels may stand anywhere in a line, as fastText has it; most files have them first. */
function rowOf(line: string, call: Call): Row {
  const prefix = argumentsOf(call).prefix ?? "__label__";
  const labels: string[] = [];
  // Blanks between words stay as they are.
  const text = line
    .split(/(\s+)/u)
    .filter((part, i, parts) => {
      const isLabel = (word: string | undefined): boolean =>
        word !== undefined && word.length > prefix.length && word.startsWith(prefix);
      if (i % 2 === 1) return !isLabel(parts[i + 1]);
      if (isLabel(part)) labels.push(part.slice(prefix.length));
      return !isLabel(part);
    })
    .join("")
    .trim();
  const [label = null] = labels;
  return { text, label: labels.length === 1 ? label : null, labels };
}
