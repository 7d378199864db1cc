/** Hashes of files, cached by path and stamp: this process does not read an unchanged file twice. */
import { stat } from "node:fs/promises";
import { LRUCache } from "lru-cache";
import { sha256Of } from "./file.js";
import { fileStampOf } from "./stamp.js";

const known = new LRUCache<string, string>({ max: 4000 });

export async function cachedSha256Of(path: string): Promise<string> {
  const key = `${path} ${fileStampOf(await stat(path))}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const hash = await sha256Of(path);
  known.set(key, hash);
  return hash;
}
