/** Lists the files of a run's folder by content, while other processes may write there. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { cachedSha256Of } from "../../fetch/hashed.js";
import { fileStampOf } from "../../fetch/stamp.js";
import type { ContentHash, RunFile } from "./protocol.js";

/** Files that the coordinator writes itself. */
export const COORDINATOR_FILES: readonly string[] = ["plan.json", "lock.json", "events.jsonl"];

/** `whole`: includes those too. Files that vanish or change during the read are skipped. */
export async function filesOfRun(folder: string, { whole = false } = {}): Promise<readonly RunFile[]> {
  const found: RunFile[] = [];
  for (const path of await pathsOfRun(folder)) {
    if (!whole && COORDINATOR_FILES.includes(path)) continue;
    const content = await contentHashOfFile(join(folder, path));
    if (typeof content === "object") found.push({ path, ...content });
  }
  return found;
}

/**
 * Returns file paths relative to the folder, sorted by name. Skips hidden files and folders (locks, unfinished writes)
 * and temporary files of atomic writes. Folders may vanish meanwhile.
 */
export async function pathsOfRun(folder: string, below = ""): Promise<readonly string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" && below !== "") return [];
    throw error;
  });
  const found: string[] = [];
  for (const entry of entries) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (!/^\w[\w.-]*$/.test(entry.name)) continue;
    if (entry.isDirectory()) found.push(...(await pathsOfRun(folder, path)));
    else if (entry.isFile() && !isTemporary(entry.name)) found.push(path);
  }
  return found.sort((a, b) => a.localeCompare(b));
}

/** Temporary names of write-file-atomic. */
const isTemporary = (name: string): boolean => /\.\d{1,10}$/.test(name);

/** Returns a file's hash and size, read from one consistent state. */
export async function contentHashOfFile(file: string): Promise<ContentHash | "gone" | "changing"> {
  try {
    const before = await stat(file);
    const hash = await cachedSha256Of(file);
    return fileStampOf(await stat(file)) === fileStampOf(before) ? { hash, bytes: before.size } : "changing";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "gone";
    throw error;
  }
}
