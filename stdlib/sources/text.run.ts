/** Plain text files as rows, streamed: of a file that is one row no more is held than a row may have. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { SourceImplementation, SourceWorld } from "../data/contract.js";
import { linesOf } from "./shared/lines.js";
import { eachFile } from "./shared/over-files.js";
import { rowSource, type ReadRow } from "./shared/row-source.js";
import { fileText } from "./shared/text-file.js";
import { textsOf } from "./shared/text-units.js";
import { encodingIn } from "./shared/detected-parameters.js";
import { word } from "./text.js";

export const text: SourceImplementation = rowSource(rows);

/** A blank file is no row, like a blank line. Coded errors `empty-file` where all are, `giant-text`, and those of `fileText`. */
async function* rows(call: Call, world: SourceWorld): AsyncGenerator<ReadRow> {
  const { path, unit } = argumentsOf(word, call);
  let some = false;
  for await (const { file, name, onBytes } of eachFile(path, world)) {
    const lines = linesOf(fileText(file, name, encodingIn(call), { onBytes, found: world.found }), name);
    for await (const text of textsOf(lines, name, unit)) {
      some = true;
      yield { value: { text, file: name }, length: text.length };
    }
  }
  if (!some) throw new CodedError("empty-file", { file: path });
}
