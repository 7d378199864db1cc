/**
 * Reads plain text files as rows, streamed: even of a file that is one row, at most a row's maximum size is in memory.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { SourceImplementation, SourceContext } from "../data/contract.js";
import { splitLines } from "./shared/lines.js";
import { openEachFile } from "./shared/over-files.js";
import { sourceFromRows, type SourceRow } from "./shared/row-source.js";
import { readTextPieces } from "./shared/text-file.js";
import { textsByUnit } from "./shared/text-units.js";
import { encodingOfCall } from "./shared/detected-parameters.js";
import { word } from "./text.js";

export const text: SourceImplementation = sourceFromRows(rows);

/**
 * A blank file is not a row, like a blank line. Coded errors `empty-file` if all files are blank, `giant-text`, and
 * those of `readTextPieces`.
 */
async function* rows(call: Call, world: SourceContext): AsyncGenerator<SourceRow> {
  const { path, unit } = argumentsWithDefaults(word, call);
  let some = false;
  for await (const { file, name, onBytes } of openEachFile(path, world)) {
    const lines = splitLines(readTextPieces(file, name, encodingOfCall(call), { onBytes, found: world.found }), name);
    for await (const text of textsByUnit(lines, name, unit)) {
      some = true;
      yield { value: { text, file: name }, length: text.length };
    }
  }
  if (!some) throw new CodedError("empty-file", { file: path });
}
