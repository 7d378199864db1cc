/** Options of `tunebook run`. */
import { resolve } from "node:path";
import type { ParameterTexts } from "#kernel/apps/jupyter/client/parameters.js";

export interface RunOptions {
  readonly out?: string;
  readonly parameter: ParameterTexts;
  readonly runs?: string;
}

/** Options that are folders are meant from where the command was called, not from the file's folder. */
export function runsFolder({ runs }: RunOptions): string | undefined {
  return runs === undefined ? undefined : resolve(runs);
}
