/**
 * Takes a run's folder away. Only a folder that is a run and lies itself in the folder of runs: no path, no link, nothing
 * that still trains.
 */
import { randomUUID } from "node:crypto";
import { lstat, realpath, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CodedError } from "#dsl/check/codes.js";
import "./codes.js";
import { isLive, type RunList } from "./run-list.js";

/** Coded error `run-not-deleted`. */
export async function deleteRun(list: RunList, id: string): Promise<void> {
  const refuse = (why: string): never => {
    throw new CodedError("run-not-deleted", { run: id, why });
  };
  await list.look();
  const summary = list.get(id);
  if (!summary || /[\\/]/.test(id) || id.startsWith(".")) return refuse("there is no such run");
  if (isLive(summary.state)) return refuse("it is training: interrupt it first");
  const folder = join(list.root, id);
  try {
    const found = await lstat(folder);
    if (!found.isDirectory()) return refuse("it is a link, not a folder of its own");
    if (dirname(await realpath(folder)) !== (await realpath(list.root))) return refuse("it lies elsewhere");
    // Gone at once for every reader, whatever becomes of the rest.
    const going = join(list.root, `.deleted-${randomUUID()}`);
    await rename(folder, going);
    await rm(going, { recursive: true, force: true });
  } catch (error) {
    if (error instanceof CodedError) throw error;
    return refuse((error as Error).message);
  }
  await list.look();
}
