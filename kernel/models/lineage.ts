/** Which data a model learnt from, the first first: its own run's, and those of the stages and models that it went on from. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { DataPlan } from "#dsl/language/types/subject.js";
import { endedAs } from "../runs/history/runs-named.js";
import { RunFolder } from "../runs/run-folder.js";
import { planOf } from "./loaded-run.js";

export interface Learnt {
  readonly data: DataPlan;
  /** What told their content; null: nothing did. */
  readonly hash: string | null;
  /** Its training rows, as they were planned. */
  readonly rows: number;
}

/** Runs that are gone are left out. */
export function dataLearnt(runs: string, { recipe, estimates }: Plan): readonly Learnt[] {
  const { update, data, dataHash } = recipe;
  const own = { data, hash: dataHash, rows: estimates.rows };
  if (!update) return [own];
  const { start, before } = update;
  const first = planIn(runs, start);
  const stages = before.flatMap((hash) => {
    const found = planIn(runs, hash);
    return found ? [{ data: found.recipe.data, hash: found.recipe.dataHash, rows: found.estimates.rows }] : [];
  });
  return [...(first ? dataLearnt(runs, first) : []), ...stages, own];
}

function planIn(runs: string, recipeHash: string): Plan | null {
  const run = RunFolder.find(runs, recipeHash).find((one) => endedAs(one, ["done", "early"]));
  return run ? planOf(run.path) : null;
}
