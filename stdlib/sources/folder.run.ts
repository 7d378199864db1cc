/** Reads text files that are labelled by the folder they are in. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { SourceImplementation, SourceContext } from "../data/contract.js";
import { splitLines } from "./shared/lines.js";
import { openEachFile } from "./shared/over-files.js";
import { sourceFromRows, type SourceRow } from "./shared/row-source.js";
import { readTextPieces } from "./shared/text-file.js";
import { encodingOfCall } from "./shared/detected-parameters.js";
import { textsByUnit } from "./shared/text-units.js";
import { word } from "./folder.js";

export const folder: SourceImplementation = sourceFromRows(rows);

const splits = new Set(["train", "training", "validation", "valid", "val", "dev", "test", "testing"]);

/** Coded errors `no-files`, `unlabelled-file`, `empty-file`, `giant-text`, and those of `readTextPieces`. */
async function* rows(call: Call, world: SourceContext): AsyncGenerator<SourceRow> {
  const { path } = argumentsWithDefaults(word, call);
  const root = path.replace(/[\\/]+$/, "");
  let some = false;
  for await (const { file, name, onBytes } of openEachFile(`${root}/**`, world)) {
    const place = placeOf(name.slice(root.length + 1), name);
    const lines = splitLines(readTextPieces(file, name, encodingOfCall(call), { onBytes, found: world.found }), name);
    for await (const text of textsByUnit(lines, name, "file")) {
      some = true;
      yield { value: { text, ...place, file: name }, length: text.length };
    }
  }
  if (!some) throw new CodedError("empty-file", { file: path });
}

/** Returns the label and split of a file from its path relative to the named folder. */
function placeOf(below: string, name: string): { readonly label: string; readonly split?: string } {
  const folders = below.split("/").slice(0, -1);
  const [first, second] = folders;
  if (first !== undefined && !splits.has(first)) return { label: first };
  if (first === undefined || second === undefined) throw new CodedError("unlabelled-file", { file: name });
  return { label: second, split: first };
}
