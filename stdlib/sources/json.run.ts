/**
 * Reads one JSON value as rows: an array of objects, an object whose only array contains them, or columns of equal
 * length.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { SourceImplementation } from "../data/contract.js";
import { RecordCollector, valueKindText, columnTableOf } from "./shared/columns.js";
import { findJsonFault, lineAndColumnOf } from "./shared/json-place.js";
import { MAX_JSON_BYTES, MAX_RECORD_CHARACTERS } from "./shared/codes.js";
import { checkNestingDepth, parseJsonKeepingDigits } from "./shared/json-value.js";
import { isSquadData, rowsAtJsonPath, SQUAD_KEYS } from "./shared/json-rows.js";
import { locateFile } from "#platform/files.js";
import { readWholeText } from "./shared/text-file.js";
import { encodingOfCall } from "./shared/detected-parameters.js";
import { sourceOverFiles } from "./shared/over-files.js";
import { word } from "./json.js";

const oneFile: SourceImplementation = {
  async open(call, world, limit = Infinity) {
    const { path, rows: keys } = argumentsWithDefaults(word, call);
    const text = await readWholeText(await locateFile(world.folder, path), path, encodingOfCall(call), {
      most: world.mostJson ?? MAX_JSON_BYTES,
      found: world.found,
    });
    if (text.trim() === "") throw new CodedError("empty-file", { file: path });
    const value = parsed(text, path);
    if (typeof value === "object" && value !== null) checkNestingDepth(value, path, null);
    const nested = keys?.split(".") ?? (isSquadData(value) ? SQUAD_KEYS : null);
    if (nested) {
      const gathered = new RecordCollector(path);
      for (const row of rowsAtJsonPath(value, nested, { file: path, path: nested.join(".") })) {
        if (gathered.rows >= limit) break;
        gathered.add(row);
      }
      return gathered.table();
    }
    const columns = columnsOf(value);
    if (columns) {
      const rows = Math.min(limit, columns[0]![1].length);
      return columnTableOf(path, new Map(columns.map(([name, values]) => [name, values.slice(0, rows)])), rows);
    }
    const rows = rowsOf(value);
    if (rows?.length === 0) throw new CodedError("empty-file", { file: path });
    if (!rows) throw new CodedError("json-shape", { file: path, found: valueKindText(value), row: null });
    const gathered = new RecordCollector(path);
    for (const row of rows.slice(0, limit)) {
      if (!isRecord(row))
        throw new CodedError("json-shape", { file: path, found: valueKindText(row), row: gathered.rows + 1 });
      gathered.add(row);
    }
    return gathered.table();
  },
};

export const json = sourceOverFiles(oneFile, { alike: false });

function parsed(text: string, file: string): unknown {
  try {
    return parseJsonKeepingDigits(text);
  } catch (cause) {
    const fault = findJsonFault(text);
    if (!fault) throw cause;
    // Detects a second value after the first, on its own line.
    const lines =
      fault.offset < MAX_RECORD_CHARACTERS &&
      /^\s*\{[^\n]*\}\s*\n\s*$/.test(text.slice(0, fault.offset)) &&
      text[fault.offset] === "{";
    const reads = lines ? { reads: "jsonl" as const } : {};
    throw new CodedError(
      "broken-json",
      { file, ...lineAndColumnOf(text, fault.offset), why: fault.why, ...reads },
      { cause },
    );
  }
}

function rowsOf(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  if (!isRecord(value)) return null;
  const lists = Object.values(value).filter((v): v is unknown[] => Array.isArray(v));
  return lists.length === 1 && lists[0]!.every(isRecord) ? lists[0]! : null;
}

/**
 * Matches `{"text": [...], "label": [...]}`: every value is an array, all of one length, and none contains row objects.
 */
function columnsOf(value: unknown): [string, unknown[]][] | null {
  if (!isRecord(value)) return null;
  const entries = Object.entries(value);
  const lists = entries.filter((e): e is [string, unknown[]] => Array.isArray(e[1]));
  if (lists.length === 0 || lists.length < entries.length) return null;
  if (lists.length === 1 && lists[0]![1].every(isRecord)) return null;
  return lists.every(([, values]) => values.length === lists[0]![1].length) ? lists : null;
}
