/**
 * Several trainings that run as one by themselves: trials of a sweep, seeds or folds of a training. They have a folder under
 * `runs/detached` that says what they are (`statement.json`) and has what a run's folder has of the process that trains it
 * (detached.ts). Each of them has a run of its own as ever, and a sweep its journal. Of a sweep whose search runs on a cluster the
 * folder is that beside its journal, which remembers where it is (search-place.ts).
 */
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { makePrivateFolder, writePrivate } from "../../fetch/private.js";
import { isDetached, readNote } from "../detached-run.js";
import { writing } from "../folder-errors.js";
import { jsonRegular } from "../read-regular.js";
import { holderOf, type Holder } from "../run-lock.js";
import { isSearchedThere, readPlace } from "./search-place.js";
import { isStatement, type Statement } from "./trial-group-schema.js";
import type { Writer } from "../writer.js";

export type { Several, Statement } from "./trial-group-schema.js";

const FOLDER = "detached";
const SWEEPS = "sweeps";
const STATEMENT = "statement.json";
/** No notebook has as many; a folder with more was filled by something else. */
const MOST = 1000;

export interface Together extends Statement {
  /** Absolute. */
  readonly folder: string;
}

/** Makes its folder, or takes the one that is there. Coded errors `run-folder`, `no-space`. */
export function writeTogether(runs: string, statement: Statement): Together {
  return writeStatement(folderOf(runs, statement), statement);
}

/** The same in a folder that a sweep has beside its journal. */
export function writeStatement(folder: string, statement: Statement): Together {
  try {
    makePrivateFolder(folder);
    writePrivate(join(folder, STATEMENT), JSON.stringify(statement));
  } catch (error) {
    throw writing(error, folder);
  }
  return { ...statement, folder };
}

/** Null: the folder is none of such. */
export function readTogether(folder: string): Together | null {
  if (![FOLDER, SWEEPS].includes(basename(dirname(resolve(folder))))) return null;
  const found = jsonRegular(join(folder, STATEMENT));
  return isStatement(found) ? { ...found, folder: resolve(folder) } : null;
}

/** Those of this name and hash. */
export function togetherOf(runs: string, of: Pick<Statement, "name" | "hash">): Together | null {
  const found = readTogether(folderOf(runs, of));
  return found?.hash === of.hash ? found : null;
}

/** By their name or their folder's: those that go on, else those that were started last. */
export function togetherNamed(runs: string, wanted: string): Together | null {
  const named = all(runs).filter((one) => one.name === wanted || basename(one.folder) === wanted);
  const sorted = named.sort((a, b) => beganAt(b).localeCompare(beganAt(a)));
  return sorted.find(goesOn) ?? sorted[0] ?? null;
}

/** Whether a process has them, or a cluster. */
export const goesOn = ({ folder }: Together): boolean => holderOf(folder) !== null || isSearchedThere(folder);
/** ISO 8601; of a sweep that was brought from a cluster nothing. */
export const beganAt = ({ folder }: Together): string => readNote(folder)?.since ?? readPlace(folder)?.since ?? "";

/** A sweep whose search runs on a cluster, or ran there. */
export const ofCluster = ({ folder }: Pick<Together, "folder">): boolean => basename(dirname(folder)) === SWEEPS;

/** Of all that were started there, once each. */
export function togetherNames(runs: string): readonly string[] {
  return [...new Set(all(runs).map(({ name }) => name))];
}

/** The folder of those that a process trains beside this run, where it is one of them; null: there is none. */
export function wholeOf(run: string, { id, machine, since }: Writer): string | null {
  const folders = foldersIn(join(dirname(resolve(run)), FOLDER));
  const own = folders.find((folder) => {
    const by = readNote(folder)?.process;
    return by !== undefined && by.id === id && by.machine === machine && by.since === since;
  });
  return own ?? null;
}

/** Whether a process of its own trains the run, alone or with others. */
export function trainsApart(run: string, holder: Holder): boolean {
  return isDetached(run, holder) || wholeOf(run, holder.writer) !== null;
}

/** The folder of runs that they lie in. */
export const runsAround = ({ folder }: Pick<Together, "folder">): string => dirname(dirname(folder));

const folderOf = (runs: string, { name, hash }: Pick<Statement, "name" | "hash">): string =>
  join(resolve(runs), FOLDER, `${name}-${hash.slice(0, 12)}`);

function all(runs: string): Together[] {
  const folders = [FOLDER, SWEEPS].flatMap((name) => foldersIn(join(resolve(runs), name)));
  return folders.flatMap((folder) => readTogether(folder) ?? []);
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
