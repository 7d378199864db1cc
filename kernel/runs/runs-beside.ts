import { join } from "node:path";

/** `runs` beside the notebook or file, unless told otherwise. */
export function runsFolderBeside(folder: string): string {
  return join(folder, "runs");
}
