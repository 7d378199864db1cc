/**
 * Reads files of a model folder defensively. It accepts only regular files of a bounded size (opening a FIFO would
 * block forever), and JSON objects of bounded depth without duplicate keys. Anything else is a coded error.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { visit } from "jsonc-parser";
import * as v from "valibot";
import { CodedError, lastOf } from "#dsl/language/diagnostics/codes.js";
import { parseJsonAs, type JsonRecord } from "../fetch/json.js";
import * as regular from "../fetch/regular.js";
import { FileNotRead } from "../fetch/regular.js";
import { exceededJsonLimit, MODEL_CONFIG_JSON_LIMITS, type JsonLimits } from "./json-limits.js";

const damaged = (file: string, why: string, cause?: unknown): CodedError =>
  new CodedError("base-damaged", { file, why }, { cause });
function checked<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof FileNotRead ? damaged(file, error.why, error) : error;
  }
}

/**
 * Opens a regular file for reading; null if it does not exist. Coded error `base-damaged` if it is not a regular file.
 */
export function openModelFile(file: string): number | null {
  return checked(file, () => regular.openRegularFile(file));
}

/** Returns the file's bytes; null if it does not exist. Coded error `base-damaged`. */
export function readModelFile(file: string, most = MODEL_CONFIG_JSON_LIMITS.bytes): Uint8Array | null {
  return checked(file, () => regular.readWholeFile(file, most));
}

export function readModelFileText(file: string): string | null {
  const bytes = readModelFile(file);
  return bytes && new TextDecoder().decode(bytes);
}

/** Returns the JSON in a file; undefined if it does not exist. Coded error `base-damaged`. */
export function readModelJson(file: string, limits: JsonLimits = MODEL_CONFIG_JSON_LIMITS): unknown {
  const bytes = readModelFile(file, limits.bytes);
  if (!bytes) return undefined;
  const beyond = exceededJsonLimit(bytes, limits);
  if (beyond !== null) throw damaged(file, beyond);
  const text = new TextDecoder().decode(bytes);
  let json: unknown;
  try {
    json = parseJsonAs(text, v.unknown());
  } catch (error) {
    throw damaged(file, "it is not JSON", error);
  }
  const twice = saidTwice(text);
  if (twice !== undefined) throw damaged(file, `it has ${JSON.stringify(twice)} twice`);
  return json;
}

/** Returns the JSON object in a file; null if it does not exist. Coded error `base-damaged`. */
export function readModelJsonObject(file: string, limits?: JsonLimits): JsonRecord | null {
  const json = readModelJson(file, limits);
  if (json === undefined) return null;
  if (isRecord(json)) return json;
  throw damaged(file, "it is not a JSON object");
}

/** Returns a duplicate key of an object: parsers differ in which of the two counts. */
function saidTwice(text: string): string | undefined {
  const open: Set<string>[] = [];
  let twice: string | undefined;
  visit(text, {
    onObjectBegin: () => void open.push(new Set()),
    onObjectEnd: () => void open.pop(),
    onObjectProperty(key) {
      const keys = lastOf(open);
      if (keys.has(key)) twice ??= key;
      keys.add(key);
    },
  });
  return twice;
}
