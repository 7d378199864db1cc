/** Runs of a name that trained one recipe. */
import { RunFolder } from "../run-folder.js";
import type { TrialOf } from "../together/trials.js";

/** The newest first. */
export function runsNamed(root: string, name: string, recipeHash: string): readonly RunFolder[] {
  return RunFolder.find(root, recipeHash).filter((run) => run.lock()?.name === name);
}

/** The newest that ended as it was to, and is no trial of a sweep's. */
export function finishedRun(root: string, name: string, recipeHash: string): RunFolder | undefined {
  return runsNamed(root, name, recipeHash).find((run) => !ofSweep(run) && endedAs(run, ["done", "early"]));
}

/** Whether it is a trial of a sweep; seeds of one training are none. */
export function ofSweep(run: RunFolder): boolean {
  const trial = run.lock()?.trial;
  return trial !== undefined && trial.seeds !== true;
}

export function endedAs(run: RunFolder, reasons: readonly string[]): boolean {
  return run.events().some((event) => event.kind === "stopped" && reasons.includes(event.reason));
}

/** Whether it is that trial's: another sweep's may have its name and its recipe. */
export function isTrial(run: RunFolder, { journal, number }: Pick<TrialOf, "journal" | "number">): boolean {
  const trial = run.lock()?.trial;
  return trial?.journal === journal && trial.number === number;
}
