/**
 * Where the runs of a sweep's trials are. A journal stores only each run's folder name, relative to the folder of runs
 * that contains the journal. So a moved project finds its own runs, and a copy never reads those of the original.
 */
import { lstatSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Returns the name that a journal stores: the last part of the path, with either system's separator. */
export function runFolderName(run: string): string {
  return run.split(/[\\/]/).at(-1) ?? run;
}

/** Returns the run's path in this folder of runs; null if the name cannot be a run's. */
export function runFolderIn(runs: string, writtenPath: string): string | null {
  const name = runFolderName(writtenPath);
  return name === "" || name.startsWith(".") ? null : join(runs, name);
}

/** Reports whether the path is a folder directly inside the folder of runs, and not a link. */
export function isDirectRunFolder(runs: string, run: string): boolean {
  if (resolve(dirname(run)) !== resolve(runs)) return false;
  return lstatSync(run, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
