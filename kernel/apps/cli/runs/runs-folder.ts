/** Finds a folder's runs. */
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { runsFolderBeside } from "#kernel/runs/default-folder.js";

/** `folder`: that of a notebook, or of runs. */
export function runsFolder(folder: string): string {
  const beside = runsFolderBeside(resolve(folder));
  return existsSync(beside) || basename(resolve(folder)) !== "runs" ? beside : resolve(folder);
}
