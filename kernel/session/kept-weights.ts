/**
 * Removes the weights of trials from the disk: a trial that is not among the best keeps its log, plan and scores, but
 * no weights.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readCheckpoints } from "../runs/checkpoints.js";
import { RunFolder } from "../runs/run-folder.js";
import { isDirectRunFolder } from "../runs/trial-folders.js";

/** Reports whether the run has weights that can be opened. */
export function hasWeights(run: string): boolean {
  return existsSync(run) && readCheckpoints(RunFolder.open(run)).length > 0;
}

interface Dropped {
  /** The folder of runs. */
  readonly from: string;
  /** Journal of the sweep that the trials belong to. */
  readonly journal: string;
}

/** Removes the weights of these runs. Runs of other sweeps and runs outside the folder are left alone. */
export function deleteTrialWeights(runs: readonly string[], { from, journal }: Dropped): void {
  for (const path of runs) {
    if (!isDirectRunFolder(from, path)) continue;
    const run = RunFolder.open(path);
    if (run.lock()?.trial?.journal !== journal) continue;
    for (const folder of [run.checkpoints, run.adapter, run.model]) rmSync(folder, { recursive: true, force: true });
    rmSync(join(path, "dynamics"), { recursive: true, force: true });
  }
}
