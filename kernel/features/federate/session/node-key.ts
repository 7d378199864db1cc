/**
 * The Ed25519 key with which a client signs its part of secure sums: created at first joining and readable by its owner
 * only.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject, createHash } from "node:crypto";
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import * as v from "valibot";
import { toRunFolderError } from "../../../runs/folder-errors.js";
import { readRegularFile } from "../../../runs/read-events.js";
import { isProcessAlive, isProcessIdentity, currentProcess } from "../../../runs/writer.js";
import { parseJsonOrNull } from "../../../fetch/json.js";
import { readNamedText } from "../../../fetch/regular.js";
import type { OpenSession } from "../../../session/open-session.js";

/**
 * Locks the key until the returned function is called or this process ends: two clients with one key would be one party
 * in a secure sum. Coded errors `node-key`, `run-folder`.
 */
export function lockNodeKey(file: string): () => void {
  const mine = `${file}.joined`;
  const free = (): void => rmSync(mine, { force: true });
  const holder = parseJsonOrNull(readRegularFile(mine, 4096) ?? "", v.unknown());
  if (isProcessIdentity(holder) && isProcessAlive(holder) === true)
    throw new CodedError("node-key", { file, why: "a client that runs has joined by it under this name" });
  free();
  try {
    writeFileSync(mine, JSON.stringify(currentProcess()), { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw toRunFolderError(error, mine);
  }
  return free;
}

/** Coded errors `node-key`, `no-space`, `run-folder`. */
export function readOrCreateNodeKey(file: string): KeyObject {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flag: "wx" });
    return privateKey;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw toRunFolderError(error, file);
  }
  const no = (why: string): CodedError => new CodedError("node-key", { file, why });
  if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0) throw no("others may read it");
  const text = readNamedText(file, file, { most: 4096 });
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch {
    throw no("it is no key");
  }
  if (key.asymmetricKeyType !== "ed25519") throw no("it is a key of another kind");
  return key;
}

/** Returns the file of the key that a client of this name joins with. */
export const nodeKeyFile = ({ runs }: Pick<OpenSession, "runs">, name: string): string =>
  join(runs, ".joined", `${shortHash(name)}.pem`);

/** Returns 32 hexadecimal digits of a SHA-256, for file names. */
export const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);
