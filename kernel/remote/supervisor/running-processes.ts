/**
 * What this machine trains, whichever folder it lies in: a small file for each training under the state folder of its user,
 * which says where the run's folder is. It is a pointer and nothing else: whether anything trains there the run's own lock
 * says, and what points at nothing is taken away.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import { objectWith, schemaGuard } from "../../fetch/json.js";
import { isSearchedOnCluster } from "../../runs/together/search-place.js";
import { readTrialGroup, isTrainedInOwnProcess, type TrialGroup } from "../../runs/together/trial-groups.js";
import { readRegularJson } from "../../runs/read-regular.js";
import { lockHolderOf, type RunLockHolder } from "../../runs/run-lock.js";
import { stateFolder } from "./state-folder.js";

const isPointer = schemaGuard(objectWith({ version: v.literal(1), run: v.string() }));
/** No machine trains as many; a folder with more was filled by something else. */
const mostPointers = 1000;

export interface RunningTraining {
  /** Absolute: the run's. */
  readonly folder: string;
  readonly holder: RunLockHolder;
  /** It runs by itself, not in a notebook or a command. */
  readonly detached: boolean;
}

const pointersFolder = (): string => join(stateFolder(), "running");
const fileOf = (folder: string): string =>
  join(pointersFolder(), `${createHash("sha256").update(folder).digest("hex").slice(0, 24)}.json`);

/** Says that something trains there, until what comes back is called. Where nothing may be written, nothing is. */
export function noteRunning(folder: string): () => void {
  const run = resolve(folder);
  const file = fileOf(run);
  try {
    mkdirSync(pointersFolder(), { recursive: true, mode: 0o700 });
    writeFileAtomic.sync(file, JSON.stringify({ version: 1, run }), { mode: 0o600 });
  } catch {
    return () => undefined; // no home, or one that is read-only: the run's own folder says the same
  }
  return () => rmSync(file, { force: true });
}

/** What trains now; what no longer does is forgotten. */
export function runningTrainings(): readonly RunningTraining[] {
  return pointers().flatMap(({ file, run }): RunningTraining[] => {
    if (run !== null && isSearchedOnCluster(run)) return [];
    const holder = run === null ? null : lockHolderOf(run);
    if (run !== null && holder) return [{ folder: run, holder, detached: isTrainedInOwnProcess(run, holder) }];
    try {
      rmSync(file, { force: true });
    } catch {
      // another user's, or a disk that is read-only
    }
    return [];
  });
}

/** Sweeps whose search a cluster was given from here, and that were not brought back yet. */
export function clusterSearches(): readonly TrialGroup[] {
  return pointers().flatMap(({ run }) => (run !== null && isSearchedOnCluster(run) ? (readTrialGroup(run) ?? []) : []));
}

function pointers(): readonly { readonly file: string; readonly run: string | null }[] {
  const folder = pointersFolder();
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return []; // nothing ever trained
  }
  return names
    .filter((name) => /^[0-9a-f]{24}\.json$/.test(name))
    .slice(0, mostPointers)
    .map((name) => {
      const file = join(folder, name);
      const found = readRegularJson(file, 1 << 16);
      // It says where it is meant to be found: one that was moved or made by hand is none.
      return { file, run: isPointer(found) && fileOf(found.run) === file ? found.run : null };
    });
}
