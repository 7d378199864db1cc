/** Weights of trials on disk: a trial that is not among the best leaves its log, its plan and its scores, and no weights. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readCheckpoints } from "../runs/checkpoints.js";
import { RunFolder } from "../runs/run-folder.js";
import { isDirectRunFolder } from "../runs/trial-places.js";

/** Whether the run has weights that can be opened. */
export function hasWeights(run: string): boolean {
  return existsSync(run) && readCheckpoints(RunFolder.open(run)).length > 0;
}

interface Dropped {
  /** The folder of runs. */
  readonly from: string;
  /** Whose trials they are. */
  readonly journal: string;
}

/** Takes the weights of these runs away; those of another sweep, and what lies elsewhere, stay. */
export function dropWeights(runs: readonly string[], { from, journal }: Dropped): void {
  for (const path of runs) {
    if (!isDirectRunFolder(from, path)) continue;
    const run = RunFolder.open(path);
    if (run.lock()?.trial?.journal !== journal) continue;
    for (const folder of [run.checkpoints, run.adapter, run.model]) rmSync(folder, { recursive: true, force: true });
    rmSync(join(path, "dynamics"), { recursive: true, force: true });
  }
}
