/**
 * Keys of a server: whoever asks it says one of them. Here only hashes are kept (SHA-256, in hex), so that neither a file nor
 * this process's own words can give one away.
 */
import { createHash, randomBytes } from "node:crypto";
import { appendFileSync, statSync } from "node:fs";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { secretNamed } from "#stdlib/lib/secrets/held.js";
import { NotRead, readWhole } from "../fetch/regular.js";
import "./control-codes.js";

/** Bytes of a file of keys. */
const MOST = 1 << 20;
const KEY = /^[\x21-\x7e]+$/;
const HASH = /^(?:sha256:)?([0-9a-f]{64})$/i;

export const hashKey = (key: string): string => createHash("sha256").update(key).digest("hex");

/** Of a variable that holds keys, parted by commas or blanks. Coded errors `secret-missing`, `secret-malformed`. */
export function keysNamed(env: string): readonly string[] {
  const keys = secretNamed(env)
    .split(/[\s,]+/)
    .filter((key) => key !== "");
  if (keys.length === 0) throw new CodedError("secret-missing", { env });
  if (!keys.every((key) => KEY.test(key))) throw new CodedError("secret-malformed", { env });
  return keys.map(hashKey);
}

/** Of a file with a hash a line; after `#` stands whose it is. Coded error `keys-file`. */
export function keysIn(file: string): readonly string[] {
  const no = (why: string, line?: number): CodedError =>
    new CodedError("keys-file", { file, why, ...(line !== undefined && { line }) });
  let bytes: Buffer | null;
  try {
    bytes = readWhole(file, MOST);
  } catch (error) {
    throw error instanceof NotRead ? no(error.why) : error;
  }
  if (bytes === null) throw no("there is no such file");
  if (process.platform !== "win32" && (statSync(file).mode & 0o022) !== 0) throw no("others may write into it");
  const keys: string[] = [];
  for (const [i, line] of bytes.toString("utf8").split("\n").entries()) {
    const text = line.replace(/#.*$/, "").trim();
    if (text === "") continue;
    const [, hash] = HASH.exec(text) ?? [];
    if (hash === undefined) throw no("that is no SHA-256 of a key", i + 1);
    keys.push(hash.toLowerCase());
  }
  if (keys.length === 0) throw no("it has no key");
  return keys;
}

/** A line of such a file. */
export const keyLine = (key: string): string => `sha256:${hashKey(key)}`;

/** Makes a key, whose hash is added to the file; the key itself is nowhere but in what is returned. */
export function newKey(file: string, whose: string): string {
  const key = `tb-${randomBytes(24).toString("base64url")}`;
  appendFileSync(file, `${keyLine(key)}  # ${whose}\n`, { mode: 0o600 });
  return key;
}
