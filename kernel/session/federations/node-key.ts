/** The Ed25519 key by which a client signs its part of secret sums: made when it joins first, kept where its owner alone may read it. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { writing } from "../../artifacts/folder-errors.js";
import { textOfNamed } from "../../fetch/regular.js";
import "./codes.js";

/** Coded errors `node-key`, `no-space`, `run-folder`. */
export function nodeKeyIn(file: string): KeyObject {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flag: "wx" });
    return privateKey;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw writing(error, file);
  }
  const no = (why: string): CodedError => new CodedError("node-key", { file, why });
  if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0) throw no("others may read it");
  const text = textOfNamed(file, file, { most: 4096 });
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch {
    throw no("it is no key");
  }
  if (key.asymmetricKeyType !== "ed25519") throw no("it is a key of another kind");
  return key;
}
