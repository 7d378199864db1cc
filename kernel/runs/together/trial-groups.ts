/**
 * Groups of trainings that run as one in their own process: trials of a sweep, or seeds or folds of a training. A
 * group's folder under `runs/detached` describes it (`statement.json`) and has the same process files as a run's folder
 * (detached-run.ts). Each training also has its own run, and a sweep its journal. For a sweep whose search runs on a
 * cluster, the folder is the one next to its journal, which records the cluster (search-place.ts).
 */
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { makePrivateFolder, writePrivateFile } from "../../fetch/private.js";
import { isDetachedRun, readDetachedNote } from "../detached-run.js";
import { toRunFolderError } from "../folder-errors.js";
import { readRegularJson } from "../read-events.js";
import { lockHolderOf, type RunLockHolder } from "../run-lock.js";
import { isSweepRunningOnCluster, readSearchPlace } from "./search-place.js";
import { isTrialGroupStatement, type TrialGroupStatement } from "./trial-group-schema.js";
import type { ProcessIdentity } from "../writer.js";

export type { TrialGroupPlan, TrialGroupStatement } from "./trial-group-schema.js";

const FOLDER = "detached";
const SWEEPS = "sweeps";
const STATEMENT = "statement.json";
/** Maximum number of groups read; a folder with more was filled by another program. */
const MOST = 1000;

export interface TrialGroup extends TrialGroupStatement {
  /** Absolute path. */
  readonly folder: string;
}

/** Creates the group's folder, or uses the existing one. Throws the coded errors `run-folder` and `no-space`. */
export function writeTrialGroup(runs: string, statement: TrialGroupStatement): TrialGroup {
  return writeTrialGroupStatement(folderOf(runs, statement), statement);
}

/** Writes the statement into the folder that a sweep has next to its journal. */
export function writeTrialGroupStatement(folder: string, statement: TrialGroupStatement): TrialGroup {
  try {
    makePrivateFolder(folder);
    writePrivateFile(join(folder, STATEMENT), JSON.stringify(statement));
  } catch (error) {
    throw toRunFolderError(error, folder);
  }
  return { ...statement, folder };
}

/** Returns null if the folder is not a group's. */
export function readTrialGroup(folder: string): TrialGroup | null {
  if (![FOLDER, SWEEPS].includes(basename(dirname(resolve(folder))))) return null;
  const found = readRegularJson(join(folder, STATEMENT));
  return isTrialGroupStatement(found) ? { ...found, folder: resolve(folder) } : null;
}

/** Finds the group with this name and hash. */
export function findTrialGroup(runs: string, wanted: Pick<TrialGroupStatement, "name" | "hash">): TrialGroup | null {
  const found = readTrialGroup(folderOf(runs, wanted));
  return found?.hash === wanted.hash ? found : null;
}

/** Finds a group by its name or its folder's name: a running one first, else the one started last. */
export function findTrialGroupNamed(runs: string, wanted: string): TrialGroup | null {
  const named = all(runs).filter((one) => one.name === wanted || basename(one.folder) === wanted);
  const sorted = named.sort((a, b) => trialGroupStart(b).localeCompare(trialGroupStart(a)));
  return sorted.find(isTrialGroupRunning) ?? sorted[0] ?? null;
}

/** Reports whether a process or a cluster is training the group. */
export const isTrialGroupRunning = ({ folder }: TrialGroup): boolean =>
  lockHolderOf(folder) !== null || isSweepRunningOnCluster(folder);
/** Start time, ISO 8601; empty for a sweep that was copied from a cluster. */
export const trialGroupStart = ({ folder }: TrialGroup): string =>
  readDetachedNote(folder)?.since ?? readSearchPlace(folder)?.since ?? "";

/** Reports whether the sweep's search runs or ran on a cluster. */
export const isClusterSweep = ({ folder }: Pick<TrialGroup, "folder">): boolean => basename(dirname(folder)) === SWEEPS;

/** Returns the names of all groups started in this folder, without duplicates. */
export function trialGroupNames(runs: string): readonly string[] {
  return [...new Set(all(runs).map(({ name }) => name))];
}

/** Returns the group folder of the process that trains this run as part of a group; null if there is none. */
export function findGroupFolderOfProcess(run: string, { id, machine, since }: ProcessIdentity): string | null {
  const folders = foldersIn(join(dirname(resolve(run)), FOLDER));
  const found = folders.find((folder) => {
    const by = readDetachedNote(folder)?.process;
    return by !== undefined && by.id === id && by.machine === machine && by.since === since;
  });
  return found ?? null;
}

/** Reports whether a separate process trains the run, alone or as part of a group. */
export function isTrainedInOwnProcess(run: string, holder: RunLockHolder): boolean {
  return isDetachedRun(run, holder) || findGroupFolderOfProcess(run, holder.writer) !== null;
}

/** Returns the folder of runs that contains the group. */
export const runsFolderOf = ({ folder }: Pick<TrialGroup, "folder">): string => dirname(dirname(folder));

const folderOf = (runs: string, { name, hash }: Pick<TrialGroupStatement, "name" | "hash">): string =>
  join(resolve(runs), FOLDER, `${name}-${hash.slice(0, 12)}`);

function all(runs: string): TrialGroup[] {
  const folders = [FOLDER, SWEEPS].flatMap((name) => foldersIn(join(resolve(runs), name)));
  return folders.flatMap((folder) => readTrialGroup(folder) ?? []);
}
function foldersIn(root: string): readonly string[] {
  try {
    return readdirSync(root)
      .map((name) => join(root, name))
      .filter((folder) => existsSync(join(folder, STATEMENT)))
      .slice(0, MOST);
  } catch {
    return []; // no group was started in this folder
  }
}
