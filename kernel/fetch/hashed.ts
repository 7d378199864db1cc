/** Hashes of files by path and stamp: one that has not changed since is not read again by this process, whoever asks. */
import { stat } from "node:fs/promises";
import { LRUCache } from "lru-cache";
import { sha256Of } from "./file.js";
import { fileStampOf } from "./stamp.js";

const known = new LRUCache<string, string>({ max: 4000 });

/** SHA-256 of a file, hexadecimal. */
export async function cachedSha256Of(path: string): Promise<string> {
  const key = `${path} ${fileStampOf(await stat(path))}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const hash = await sha256Of(path);
  known.set(key, hash);
  return hash;
}
