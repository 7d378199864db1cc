/**
 * API keys of a server. Only hashes are stored (SHA-256, in hex), so that neither a file nor this process's output can
 * reveal a key.
 */
import { createHash, randomBytes } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { FileNotRead, readWholeFile } from "../../../fetch/regular.js";

/** Maximum bytes of a key file. */
const MOST = 1 << 20;
const KEY = /^[\x21-\x7e]+$/;
const HASH = /^(?:sha256:)?([0-9a-f]{64})$/i;

export const hashKey = (key: string): string => createHash("sha256").update(key).digest("hex");

/** Maximum characters of a key in a header. */
const LONGEST = 512;
/** Minimum characters of a key that can't be guessed: nine random bytes. */
const SHORT = 12;

/** Why a key can't be sent in a header, as a clause; null if it can. */
export function unusableKeyReason(key: string): string | null {
  if (key.length > LONGEST)
    return `has ${String(key.length)} letters, and ${String(LONGEST)} are the most that a request carries`;
  return KEY.test(key) ? null : "has signs beyond ASCII, or blanks, which no header carries";
}
export const isShortKey = (key: string): boolean => key.length < SHORT;

/**
 * Reads the keys in an environment variable, separated by commas or blanks. `where`: whether a command line or a
 * notebook named it. Coded error `keys-env`.
 */
export function keysInVariable(env: string, where: "shell" | "notebook"): readonly string[] {
  const value = process.env[env];
  const keys = partsOf(value);
  if (keys.length === 0)
    throw new CodedError("keys-env", { env, why: value === undefined ? "is not set" : "is empty", where });
  for (const [i, key] of keys.entries()) {
    const why = unusableKeyReason(key);
    if (why !== null)
      throw new CodedError("keys-env", { env, why: `can't be used: key ${String(i + 1)} ${why}`, where });
  }
  return keys.map(hashKey);
}

/** A warning clause for each key in the variable that can be guessed; does not reveal its length. */
export function shortKeyWarnings(env: string): readonly string[] {
  return partsOf(process.env[env]).flatMap((key, i) =>
    isShortKey(key)
      ? [
          `key ${String(i + 1)} of ${env} has fewer than ${String(SHORT)} letters and can be guessed: \`openssl rand -hex 24\` makes a long one`,
        ]
      : [],
  );
}
const partsOf = (value: string | undefined): readonly string[] =>
  (value ?? "").split(/[\s,]+/).filter((key) => key !== "");

/** Reads a file with a hash per line; the owner follows `#`. Coded error `keys-file`. */
export function readKeysFile(file: string): readonly string[] {
  const no = (why: string, line?: number): CodedError =>
    new CodedError("keys-file", { file, why, ...(line !== undefined && { line }) });
  let bytes: Buffer | null;
  try {
    bytes = readWholeFile(file, MOST);
  } catch (error) {
    throw error instanceof FileNotRead ? no(error.why) : error;
  }
  if (bytes === null) throw no("there is no such file");
  if (process.platform !== "win32" && (statSync(file).mode & 0o022) !== 0) throw no("others may write into it");
  const keys: string[] = [];
  for (const [i, line] of bytes.toString("utf8").split("\n").entries()) {
    const text = line.replace(/#.*$/, "").trim();
    if (text === "") continue;
    const [, hash] = HASH.exec(text) ?? [];
    if (hash === undefined) throw no("that is not a SHA-256 of a key", i + 1);
    keys.push(hash.toLowerCase());
  }
  if (keys.length === 0) throw no("it has no key");
  return keys;
}

export const keysFileLine = (key: string): string => `sha256:${hashKey(key)}`;

/** Creates a key and appends its hash to the file; the key itself is only in the return value. */
export function createKey(file: string, whose: string): string {
  const key = `tb-${randomBytes(24).toString("base64url")}`;
  appendLine(file, `${keysFileLine(key)}  # ${whose}`);
  return key;
}

/** Starts a new line even if the last one has no line break. */
function appendLine(file: string, line: string): void {
  const fd = openSync(file, "a+", 0o600);
  try {
    const { size } = fstatSync(fd);
    const last = Buffer.alloc(1);
    const cut = size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
    writeSync(fd, `${cut ? "\n" : ""}${line}\n`);
  } finally {
    closeSync(fd);
  }
}
