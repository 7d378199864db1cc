/** Runs of a name that trained one recipe. */
import { RunFolder } from "../run-folder.js";
import type { TrialInLock } from "../together/trials.js";

/** The newest first. */
export function findRunsNamed(root: string, name: string, recipeHash: string): readonly RunFolder[] {
  return RunFolder.find(root, recipeHash).filter((run) => run.lock()?.name === name);
}

/** The newest that ended as it was to, and is no trial of a sweep's. */
export function findFinishedRun(root: string, name: string, recipeHash: string): RunFolder | undefined {
  return findRunsNamed(root, name, recipeHash).find((run) => !isSweepTrial(run) && stoppedFor(run, ["done", "early"]));
}

/** Whether it is a trial of a sweep; seeds of one training are none. */
export function isSweepTrial(run: RunFolder): boolean {
  const trial = run.lock()?.trial;
  return trial !== undefined && trial.seeds !== true;
}

export function stoppedFor(run: RunFolder, reasons: readonly string[]): boolean {
  return run.events().some((event) => event.kind === "stopped" && reasons.includes(event.reason));
}

/** Whether it is that trial's: another sweep's may have its name and its recipe. */
export function isTrialRun(run: RunFolder, { journal, number }: Pick<TrialInLock, "journal" | "number">): boolean {
  const trial = run.lock()?.trial;
  return trial?.journal === journal && trial.number === number;
}
