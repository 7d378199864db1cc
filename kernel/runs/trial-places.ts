/**
 * Where the runs of a sweep's trials lie. A journal names each by its folder alone, in the folder of runs that the journal lies in:
 * a project that was moved finds its own, and a copy never reaches into what it was copied from.
 */
import { lstatSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The name that a journal writes: the last part of the path, whichever system wrote it. */
export function runFolderName(run: string): string {
  return run.split(/[\\/]/).at(-1) ?? run;
}

/** The folder that is meant in this folder of runs; null: no run is called so. */
export function runFolderIn(runs: string, writtenPath: string): string | null {
  const name = runFolderName(writtenPath);
  return name === "" || name.startsWith(".") ? null : join(runs, name);
}

/** Whether it is a folder right in the folder of runs, and no link to somewhere else. */
export function isDirectRunFolder(runs: string, run: string): boolean {
  if (resolve(dirname(run)) !== resolve(runs)) return false;
  return lstatSync(run, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
