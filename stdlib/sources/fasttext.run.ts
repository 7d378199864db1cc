/** Reads fastText's format line by line, streamed. Blank lines are skipped. */
import { table as tableOf } from "arquero";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import { locateFile } from "#platform/files.js";
import type { SourceImplementation, SourceContext } from "../data/contract.js";
import { splitLines } from "./shared/lines.js";
import { sourceFromRows, type SourceRow } from "./shared/row-source.js";
import { readTextPieces } from "./shared/text-file.js";
import { encodingOfCall } from "./shared/detected-parameters.js";
import { sourceOverFiles } from "./shared/over-files.js";
import { word } from "./fasttext.js";

interface Row {
  readonly text: string;
  readonly label: string | null;
  readonly labels: readonly string[];
}

const source = sourceFromRows(rows);

/** If lines have several labels, no column holds the label. Code that gives it a role then gets an error. */
const oneFile: SourceImplementation = {
  async open(call, world, limit) {
    const table = await source.open(call, world, limit);
    if (!haveSeveral(table.array("labels") as Iterable<unknown>)) return table;
    const names = table.columnNames().filter((name) => name !== "label");
    return tableOf(
      names.map((name): [string, unknown[]] => [name, Array.from(table.array(name) as Iterable<unknown>)]),
    );
  },
  async *stream(call, world) {
    for await (const { columns, rows } of source.stream(call, world)) {
      const all = haveSeveral(columns.get("labels") ?? []);
      yield { rows, columns: all ? new Map([...columns].filter(([name]) => name !== "label")) : columns };
    }
  },
};

export const fasttext: SourceImplementation = sourceOverFiles(oneFile, { alike: false });

function haveSeveral(labels: Iterable<unknown>): boolean {
  return Array.from(labels).some((rowLabels) => Array.isArray(rowLabels) && rowLabels.length > 1);
}

/** Coded errors `empty-file`, `giant-line`, and those of `readTextPieces`. */
async function* rows(call: Call, world: SourceContext): AsyncGenerator<SourceRow> {
  const { path, prefix } = argumentsWithDefaults(word, call);
  let some = false;
  for await (const line of splitLines(
    readTextPieces(await locateFile(world.folder, path), path, encodingOfCall(call), world),
    path,
  )) {
    if (line.trim() === "") continue;
    some = true;
    yield { value: rowOf(line, prefix), length: line.length };
  }
  if (!some) throw new CodedError("empty-file", { file: path });
}

/** Labels may be anywhere in a line, as in fastText; most files have them first. */
function rowOf(line: string, prefix: string): Row {
  const labels: string[] = [];
  // Preserves the whitespace between words.
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
