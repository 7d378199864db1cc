/**
 * Several trainings that run as one by themselves: trials of a sweep, seeds or folds of a training. They have a folder under
 * `runs/detached` that says what they are (`statement.json`) and has what a run's folder has of the process that trains it
 * (detached.ts). Each of them has a run of its own as ever, and a sweep its journal. Of a sweep whose search runs on a cluster the
 * folder is that beside its journal, which remembers where it is (search-place.ts).
 */
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { makePrivateFolder, writePrivate } from "../../fetch/private.js";
import { isDetachedRun, readDetachedNote } from "../detached-run.js";
import { toRunFolderError } from "../folder-errors.js";
import { readRegularJson } from "../read-regular.js";
import { lockHolderOf, type RunLockHolder } from "../run-lock.js";
import { isSearchedOnCluster, readSearchPlace } from "./search-place.js";
import { isTrialGroupStatement, type TrialGroupStatement } from "./trial-group-schema.js";
import type { ProcessIdentity } from "../writer.js";

export type { TrialGroupPlan, TrialGroupStatement } from "./trial-group-schema.js";

const FOLDER = "detached";
const SWEEPS = "sweeps";
const STATEMENT = "statement.json";
/** No notebook has as many; a folder with more was filled by something else. */
const MOST = 1000;

export interface TrialGroup extends TrialGroupStatement {
  /** Absolute. */
  readonly folder: string;
}

/** Makes its folder, or takes the one that is there. Coded errors `run-folder`, `no-space`. */
export function writeTrialGroup(runs: string, statement: TrialGroupStatement): TrialGroup {
  return writeTrialGroupStatement(folderOf(runs, statement), statement);
}

/** The same in a folder that a sweep has beside its journal. */
export function writeTrialGroupStatement(folder: string, statement: TrialGroupStatement): TrialGroup {
  try {
    makePrivateFolder(folder);
    writePrivate(join(folder, STATEMENT), JSON.stringify(statement));
  } catch (error) {
    throw toRunFolderError(error, folder);
  }
  return { ...statement, folder };
}

/** Null: the folder is none of such. */
export function readTrialGroup(folder: string): TrialGroup | null {
  if (![FOLDER, SWEEPS].includes(basename(dirname(resolve(folder))))) return null;
  const found = readRegularJson(join(folder, STATEMENT));
  return isTrialGroupStatement(found) ? { ...found, folder: resolve(folder) } : null;
}

/** Those of this name and hash. */
export function findTrialGroup(runs: string, wanted: Pick<TrialGroupStatement, "name" | "hash">): TrialGroup | null {
  const found = readTrialGroup(folderOf(runs, wanted));
  return found?.hash === wanted.hash ? found : null;
}

/** By their name or their folder's: those that go on, else those that were started last. */
export function findTrialGroupNamed(runs: string, wanted: string): TrialGroup | null {
  const named = all(runs).filter((one) => one.name === wanted || basename(one.folder) === wanted);
  const sorted = named.sort((a, b) => trialGroupStart(b).localeCompare(trialGroupStart(a)));
  return sorted.find(isTrialGroupRunning) ?? sorted[0] ?? null;
}

/** Whether a process has them, or a cluster. */
export const isTrialGroupRunning = ({ folder }: TrialGroup): boolean =>
  lockHolderOf(folder) !== null || isSearchedOnCluster(folder);
/** ISO 8601; of a sweep that was brought from a cluster nothing. */
export const trialGroupStart = ({ folder }: TrialGroup): string =>
  readDetachedNote(folder)?.since ?? readSearchPlace(folder)?.since ?? "";

/** A sweep whose search runs on a cluster, or ran there. */
export const isClusterSweep = ({ folder }: Pick<TrialGroup, "folder">): boolean => basename(dirname(folder)) === SWEEPS;

/** Of all that were started there, once each. */
export function trialGroupNames(runs: string): readonly string[] {
  return [...new Set(all(runs).map(({ name }) => name))];
}

/** The folder of those that a process trains beside this run, where it is one of them; null: there is none. */
export function trialGroupFolderOf(run: string, { id, machine, since }: ProcessIdentity): string | null {
  const folders = foldersIn(join(dirname(resolve(run)), FOLDER));
  const found = folders.find((folder) => {
    const by = readDetachedNote(folder)?.process;
    return by !== undefined && by.id === id && by.machine === machine && by.since === since;
  });
  return found ?? null;
}

/** Whether a process of its own trains the run, alone or with others. */
export function isTrainedInOwnProcess(run: string, holder: RunLockHolder): boolean {
  return isDetachedRun(run, holder) || trialGroupFolderOf(run, holder.writer) !== null;
}

/** The folder of runs that they lie in. */
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
    return []; // nothing of the sort was started here
  }
}
