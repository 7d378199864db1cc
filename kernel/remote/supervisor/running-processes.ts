/**
 * Registry of this machine's trainings, in any folder: a small file per training in the user's state folder contains
 * the path of the run's folder. It is only a pointer: the run's lock decides whether it is training, and stale pointers
 * are removed.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import { objectWith, schemaGuard } from "../../fetch/json.js";
import { isSweepRunningOnCluster } from "../../runs/together/search-place.js";
import { readTrialGroup, isTrainedInOwnProcess, type TrialGroup } from "../../runs/together/trial-groups.js";
import { readRegularJson } from "../../runs/read-events.js";
import { lockHolderOf, type RunLockHolder } from "../../runs/run-lock.js";
import { stateFolder } from "./state-folder.js";

const isPointer = schemaGuard(objectWith({ version: v.literal(1), run: v.string() }));
/** No machine trains as many runs; a folder with more files was filled by something else. */
const mostPointers = 1000;

export interface RunningTraining {
  /** Absolute path of the run's folder. */
  readonly folder: string;
  readonly holder: RunLockHolder;
  /** Whether it runs in a detached process, not in a notebook or a command. */
  readonly detached: boolean;
}

const pointersFolder = (): string => join(stateFolder(), "running");
const fileOf = (folder: string): string =>
  join(pointersFolder(), `${createHash("sha256").update(folder).digest("hex").slice(0, 24)}.json`);

/** Registers a training until the returned function is called. Does nothing if the folder is not writable. */
export function registerRunningTraining(folder: string): () => void {
  const run = resolve(folder);
  const file = fileOf(run);
  try {
    mkdirSync(pointersFolder(), { recursive: true, mode: 0o700 });
    writeFileAtomic.sync(file, JSON.stringify({ version: 1, run }), { mode: 0o600 });
  } catch {
    return () => undefined; // no home folder, or a read-only one: the run's own folder has the same information
  }
  return () => rmSync(file, { force: true });
}

/** Returns the current trainings and removes stale pointers. */
export function runningTrainings(): readonly RunningTraining[] {
  return pointers().flatMap(({ file, run }): RunningTraining[] => {
    if (run !== null && isSweepRunningOnCluster(run)) return [];
    const holder = run === null ? null : lockHolderOf(run);
    if (run !== null && holder) return [{ folder: run, holder, detached: isTrainedInOwnProcess(run, holder) }];
    try {
      rmSync(file, { force: true });
    } catch {
      // another user's, or a read-only disk
    }
    return [];
  });
}

/** Returns sweeps that were sent to a cluster from this machine and whose results were not fetched yet. */
export function unfetchedClusterSweeps(): readonly TrialGroup[] {
  return pointers().flatMap(({ run }) =>
    run !== null && isSweepRunningOnCluster(run) ? (readTrialGroup(run) ?? []) : [],
  );
}

function pointers(): readonly { readonly file: string; readonly run: string | null }[] {
  const folder = pointersFolder();
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return []; // nothing was ever trained
  }
  return names
    .filter((name) => /^[0-9a-f]{24}\.json$/.test(name))
    .slice(0, mostPointers)
    .map((name) => {
      const file = join(folder, name);
      const found = readRegularJson(file, 1 << 16);
      // The file's name must match its content: a moved or handmade file is ignored.
      return { file, run: isPointer(found) && fileOf(found.run) === file ? found.run : null };
    });
}
