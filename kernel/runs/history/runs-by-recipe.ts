/** Runs with a given name and recipe. */
import { RunFolder } from "../run-folder.js";
import type { TrialOfRun } from "../together/trials.js";

/** Newest first. */
export function findRunsNamed(root: string, name: string, recipeHash: string): readonly RunFolder[] {
  return RunFolder.find(root, recipeHash).filter((run) => run.lock()?.name === name);
}

/** Returns the newest that completed and is not a trial of a sweep. */
export function findFinishedRun(root: string, name: string, recipeHash: string): RunFolder | undefined {
  return findRunsNamed(root, name, recipeHash).find(
    (run) => !isSweepTrial(run) && hasStoppedFor(run, ["done", "early"]),
  );
}

/** Whether it is a trial of a sweep; seeds of one training do not count. */
export function isSweepTrial(run: RunFolder): boolean {
  const trial = run.lock()?.trial;
  return trial !== undefined && trial.seeds !== true;
}

export function hasStoppedFor(run: RunFolder, reasons: readonly string[]): boolean {
  return run.events().some((event) => event.kind === "stopped" && reasons.includes(event.reason));
}

/** Whether it belongs to that trial: another sweep may have the same name and recipe. */
export function isRunOfTrial(run: RunFolder, { journal, number }: Pick<TrialOfRun, "journal" | "number">): boolean {
  const trial = run.lock()?.trial;
  return trial?.journal === journal && trial.number === number;
}
