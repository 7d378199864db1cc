/** What lies in a run's folder, by content. */
import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { hashAt } from "../fetch/hashed.js";
import type { RunFile } from "./protocol.js";

/** Files that a coordinator writes itself. */
export const OWN: readonly string[] = ["plan.json", "lock.json", "events.jsonl"];

/** `whole`: those too. Hidden files are left out (locks, what is written under another name first), and what is gone by then. */
export async function filesOfRun(folder: string, { whole = false } = {}): Promise<readonly RunFile[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const found: RunFile[] = [];
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    const path = relative(folder, file).split("\\").join("/");
    if (!entry.isFile() || path.split("/").some((part) => !/^\w[\w.-]*$/.test(part))) continue;
    if (!whole && OWN.includes(path)) continue;
    const size = (await stat(file).catch(() => null))?.size;
    const hash = size === undefined ? null : await hashAt(file).catch(() => null);
    if (size !== undefined && hash !== null) found.push({ path, hash, bytes: size });
  }
  return found.sort((a, b) => a.path.localeCompare(b.path));
}
