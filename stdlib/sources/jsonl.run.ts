/** Reads one JSON object per line, streamed. Blank lines are skipped. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { SourceImplementation, SourceContext } from "../data/contract.js";
import { valueKindText } from "./shared/columns.js";
import { findJsonFault, lineAndColumnOf } from "./shared/json-place.js";
import { checkNestingDepth, parseJsonKeepingDigits } from "./shared/json-value.js";
import { splitLines } from "./shared/lines.js";
import { sourceFromRows, type SourceRow } from "./shared/row-source.js";
import { locateFile } from "#platform/files.js";
import { readTextPieces } from "./shared/text-file.js";
import { encodingOfCall } from "./shared/detected-parameters.js";
import { sourceOverFiles } from "./shared/over-files.js";
import { word } from "./jsonl.js";

export const jsonl: SourceImplementation = sourceOverFiles(sourceFromRows(objects), { alike: false });

async function* objects(call: Call, world: SourceContext): AsyncGenerator<SourceRow> {
  const { path } = argumentsWithDefaults(word, call);
  const encoding = encodingOfCall(call);
  let [line, row] = [0, 0];
  for await (const text of splitLines(
    readTextPieces(await locateFile(world.folder, path), path, encoding, world),
    path,
  )) {
    line++;
    if (text.trim() !== "") yield { value: objectOf(text, path, line, ++row), length: text.length };
  }
  if (row === 0) throw new CodedError("empty-file", { file: path });
}

function objectOf(text: string, file: string, line: number, row: number): object {
  let value: unknown;
  try {
    value = parseJsonKeepingDigits(text);
  } catch (cause) {
    const fault = findJsonFault(text);
    if (!fault) throw cause;
    // If a value continues on the next line, the file is most often a single JSON value.
    const reads =
      row === 1 && fault.offset >= text.length && /^\s*[[{]\s*$/.test(text) ? { reads: "json" as const } : {};
    throw new CodedError(
      "broken-json",
      { file, line, column: lineAndColumnOf(text, fault.offset).column, why: fault.why, ...reads },
      { cause },
    );
  }
  if (!isRecord(value)) throw new CodedError("json-shape", { file, found: valueKindText(value), row });
  checkNestingDepth(value, file, row);
  return value;
}
