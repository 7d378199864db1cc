/**
 * Files of a model folder, read with suspicion: a regular file of a bounded size, or a coded error (a FIFO would be waited
 * for without an end); JSON that is an object, of bounded depth, and says nothing twice.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { visit } from "jsonc-parser";
import { CodedError } from "#dsl/check/codes.js";
import { beyondLimits, SETTINGS, type JsonLimits } from "./json-limits.js";
import "./codes.js";

type Json = Readonly<Record<string, unknown>>;

const WHY: Readonly<Record<string, string>> = {
  EISDIR: "it is a folder",
  ELOOP: "symbolic links lead in a circle",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
  ENOTDIR: "a part of its path is a file, not a folder",
  ENXIO: "it is no regular file",
};
const damaged = (file: string, why: string, cause?: unknown): CodedError =>
  new CodedError("base-damaged", { file, why }, { cause });

/** Opens a regular file to read it; null: there is none. Coded error `base-damaged`: it is something else. */
export function openRegular(file: string): number | null {
  let fd: number;
  try {
    // Without waiting: a FIFO that nobody writes to would be waited for, here and in every other reader of it.
    fd = openSync(file, constants.O_RDONLY | (process.platform === "win32" ? 0 : constants.O_NONBLOCK));
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return null;
    throw damaged(file, WHY[code] ?? message, error);
  }
  if (fstatSync(fd).isFile()) return fd;
  const why = fstatSync(fd).isDirectory() ? WHY["EISDIR"]! : "it is no regular file";
  closeSync(fd);
  throw damaged(file, why);
}

/** Its bytes; null: there is no such file. Coded error `base-damaged`. */
export function bytesOf(file: string, most = SETTINGS.bytes): Uint8Array | null {
  const fd = openRegular(file);
  if (fd === null) return null;
  try {
    if (fstatSync(fd).size > most) throw damaged(file, `it has more than ${String(most / 2 ** 20)} MiB`);
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

export function textOf(file: string): string | null {
  const bytes = bytesOf(file);
  return bytes && new TextDecoder().decode(bytes);
}

/** The JSON in a file; undefined: there is no such file. Coded error `base-damaged`. */
export function jsonOf(file: string, limits: JsonLimits = SETTINGS): unknown {
  const bytes = bytesOf(file, limits.bytes);
  if (!bytes) return undefined;
  const beyond = beyondLimits(bytes, limits);
  if (beyond !== null) throw damaged(file, beyond);
  const text = new TextDecoder().decode(bytes);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged(file, "it is no JSON", error);
  }
  const twice = saidTwice(text);
  if (twice !== undefined) throw damaged(file, `it says ${JSON.stringify(twice)} twice`);
  return json;
}

/** The JSON object in a file; null: there is no such file. Coded error `base-damaged`. */
export function recordOf(file: string, limits?: JsonLimits): Json | null {
  const json = jsonOf(file, limits);
  if (json === undefined) return null;
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Json;
  throw damaged(file, "it is not a JSON object");
}

/** A key that an object has twice: readers differ in which of the two counts. */
function saidTwice(text: string): string | undefined {
  const open: Set<string>[] = [];
  let twice: string | undefined;
  visit(text, {
    onObjectBegin: () => void open.push(new Set()),
    onObjectEnd: () => void open.pop(),
    onObjectProperty(key) {
      const keys = open.at(-1)!;
      if (keys.has(key)) twice ??= key;
      keys.add(key);
    },
  });
  return twice;
}
