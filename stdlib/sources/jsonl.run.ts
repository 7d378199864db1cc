/** One JSON object per line, streamed. Blank lines are passed over. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { SourceImplementation, SourceWorld } from "../data/contract.js";
import { kindOf } from "./shared/columns.js";
import { jsonFault, placeOf } from "./shared/json-place.js";
import { demandShallow, jsonValue } from "./shared/json-value.js";
import { linesOf } from "./shared/lines.js";
import { rowSource, type ReadRow } from "./shared/row-source.js";
import { locate } from "#platform/files.js";
import { fileText } from "./shared/text-file.js";
import { encodingIn } from "./shared/detected-parameters.js";
import { overFiles } from "./shared/over-files.js";
import { word } from "./jsonl.js";

export const jsonl: SourceImplementation = overFiles(rowSource(objects), { alike: false });

async function* objects(call: Call, world: SourceWorld): AsyncGenerator<ReadRow> {
  const { path } = argumentsOf(word, call);
  const encoding = encodingIn(call);
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
