/**
 * Lists the data that a model was trained on, oldest first: those of its own run, and of the tasks and models that it
 * continued.
 */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { DataPlan } from "#dsl/language/types/value.js";
import { stoppedFor } from "../runs/history/runs-named.js";
import { RunFolder } from "../runs/run-folder.js";
import { planOfRun } from "./loaded-run.js";

export interface LearntData {
  readonly data: DataPlan;
  /** Content hash; null if it was not recorded. */
  readonly hash: string | null;
  readonly rows: number;
}

/** Runs that no longer exist are skipped. */
export function learntDataOf(runs: string, { recipe, estimates }: Plan): readonly LearntData[] {
  const { update, data, dataHash } = recipe;
  const current = { data, hash: dataHash, rows: estimates.rows };
  if (!update) return [current];
  const { start, before } = update;
  const first = planIn(runs, start);
  const stages = before.flatMap((hash) => {
    const found = planIn(runs, hash);
    return found ? [{ data: found.recipe.data, hash: found.recipe.dataHash, rows: found.estimates.rows }] : [];
  });
  return [...(first ? learntDataOf(runs, first) : []), ...stages, current];
}

function planIn(runs: string, recipeHash: string): Plan | null {
  const run = RunFolder.find(runs, recipeHash).find((one) => stoppedFor(one, ["done", "early"]));
  return run ? planOfRun(run.path) : null;
}
