/** Options of `tunebook run`. */
import { resolve } from "node:path";
import type { ParameterTexts } from "#kernel/apps/jupyter/client/parameters.js";

export interface RunOptions {
  readonly out?: string;
  readonly parameter: ParameterTexts;
  readonly runs?: string;
}

/** Option folders are relative to the working folder, not to the file's folder. */
export function resolveRunsOption({ runs }: RunOptions): string | undefined {
  return runs === undefined ? undefined : resolve(runs);
}
