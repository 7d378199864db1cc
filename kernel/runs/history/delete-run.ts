/**
 * Deletes a run's folder. It must be a run directly in the folder of runs: no path, no link, and not training. The run
 * is locked first, so that no process starts to write meanwhile.
 */
import { randomUUID } from "node:crypto";
import { lstat, realpath, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import type { RunList } from "./run-list.js";
import { lockHolderOf, lockRun, type RunLock } from "../run-lock.js";
import { isLiveState } from "./newest-scores.js";

/** Throws the coded error `run-not-deleted`. */
export async function deleteRun(list: RunList, id: string): Promise<void> {
  const refuse = (why: string): never => {
    throw new CodedError("run-not-deleted", { run: id, why });
  };
  await list.look();
  const summary = list.get(id);
  if (!summary || /[\\/]/.test(id) || id.startsWith(".")) return refuse("there is no such run");
  if (isLiveState(summary.state)) return refuse("it is training: interrupt it first");
  const folder = join(list.root, id);
  let lock: RunLock | null = null;
  try {
    const found = await lstat(folder);
    if (!found.isDirectory()) return refuse("it is a link, not a folder");
    if (dirname(await realpath(folder)) !== (await realpath(list.root))) return refuse("it is in another place");
    lock = await locked(folder);
    // The rename hides it from all readers at once, even if the deletion fails later.
    const going = join(list.root, `.deleted-${randomUUID()}`);
    await rename(folder, going);
    lock?.release();
    await rm(going, { recursive: true, force: true });
  } catch (error) {
    lock?.release();
    if (!(error instanceof CodedError)) return refuse((error as Error).message);
    return error.code === "run-not-deleted" ? Promise.reject(error) : refuse(diagnosticText(error).message);
  }
  await list.look();
}

/**
 * Returns null if the disk is too full for a lock. Other writers are blocked then too, so the run may be deleted to
 * free space.
 */
async function locked(folder: string): Promise<RunLock | null> {
  try {
    return await lockRun(folder, "delete", 300);
  } catch (error) {
    if (error instanceof CodedError && error.code === "no-space" && lockHolderOf(folder) === null) return null;
    throw error;
  }
}
