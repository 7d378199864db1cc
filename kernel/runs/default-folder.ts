import { join } from "node:path";

/** Returns the default folder of runs: `runs` next to the notebook or file. */
export function runsFolderBeside(folder: string): string {
  return join(folder, "runs");
}
