/** What lies in a run's folder, by content, while others may still write there. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { cachedSha256Of } from "../../fetch/hashed.js";
import { fileStampOf } from "../../fetch/stamp.js";
import type { ContentHash, RunFile } from "./protocol.js";

/** Files that a coordinator writes itself. */
export const COORDINATOR_FILES: readonly string[] = ["plan.json", "lock.json", "events.jsonl"];

/** `whole`: those too. What is gone by then, or changes while it is read, is left out. */
export async function filesOfRun(folder: string, { whole = false } = {}): Promise<readonly RunFile[]> {
  const found: RunFile[] = [];
  for (const path of await pathsOfRun(folder)) {
    if (!whole && COORDINATOR_FILES.includes(path)) continue;
    const content = await fileContentAt(join(folder, path));
    if (typeof content === "object") found.push({ path, ...content });
  }
  return found;
}

/**
 * Where its files lie, from the folder, in order of their names. Hidden files and folders are left out (locks, what is written
 * there before it takes its name), and so are those that are about to take the place of another. Folders may vanish meanwhile.
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

/** As write-file-atomic names a file that it writes. */
const isTemporary = (name: string): boolean => /\.\d{1,10}$/.test(name);

/** What a file holds, all of it read from one state of it. */
export async function fileContentAt(file: string): Promise<ContentHash | "gone" | "changing"> {
  try {
    const before = await stat(file);
    const hash = await cachedSha256Of(file);
    return fileStampOf(await stat(file)) === fileStampOf(before) ? { hash, bytes: before.size } : "changing";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "gone";
    throw error;
  }
}
