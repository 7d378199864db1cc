/**
 * The trainings before a model's own: the weights that it started from, and the data that it was trained on, oldest
 * first: those of its own run, and of the tasks and models that it continued.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { DataPlan, ModelPlan } from "#dsl/language/types/value.js";
import type { BaseModel } from "../bases/base.js";
import { trainingRowHashesOfStart } from "../inference/measuring/learnt-overlap.js";
import { hasStoppedFor } from "../runs/history/runs-by-recipe.js";
import { RunFolder } from "../runs/run-folder.js";
import type { TrainedWeights } from "../runs/weights.js";
import { loadRunWeights, planOfRun } from "./loaded-run.js";

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
  const run = RunFolder.find(runs, recipeHash).find((one) => hasStoppedFor(one, ["done", "early"]));
  return run ? planOfRun(run.path) : null;
}

/**
 * Returns the weights that a model started from, by the training that its base or adapter records; null if there was
 * none or its run was deleted.
 * @param places `folder`: base folder of the plan's relative paths
 */
export function startingWeightsOf(
  model: ModelPlan,
  base: Pick<BaseModel, "folder">,
  { folder: home, runs }: { readonly folder: string; readonly runs: string },
): TrainedWeights | null {
  for (const { rows } of trainingRowHashesOfStart(model, base, home)) {
    const id = rows[0]?.run ?? "";
    const folder = [dirname(base.folder), join(runs, id)].find(
      (one) => basename(one) === id && existsSync(join(one, "lock.json")),
    );
    if (id !== "" && folder !== undefined) return loadRunWeights(folder);
  }
  return null;
}
