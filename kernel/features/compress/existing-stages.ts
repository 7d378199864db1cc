/**
 * Steps of `compress` in the runs folder: those that an interrupted statement had finished, and the models that earlier
 * statements made of a model (their chain leads back to it), with their scores.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { PlannedCompressStage } from "#dsl/compiler/plan/action.js";
import type { Call } from "#dsl/language/types/value.js";
import { isValidPlan } from "../../runs/plan-schema.js";
import { readRegularJson } from "../../runs/read-events.js";
import { RunFolder } from "../../runs/run-folder.js";
import { readRunScores, type RunScore } from "../../runs/history/run-scores.js";
import { findFinishedRun } from "../../runs/history/runs-by-recipe.js";
import { type TrainedWeights, weightsRecipeHash } from "../../runs/weights.js";
import { loadRunWeights } from "../../models/loaded-run.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { OpenSession } from "../../session/open-session.js";

export interface EarlierCompressedModel {
  readonly folder: string;
  readonly name: string;
  readonly stage: Call;
  readonly parameters: number;
  /** The latest score on those rows. */
  readonly score: RunScore;
}

/** The steps of an interrupted statement that were finished, with their runs. */
export function finishedCompressionStages(
  runs: string,
  stages: readonly PlannedCompressStage[],
): ReadonlyMap<PlannedCompressStage, RunFolder> {
  return new Map(
    stages.flatMap((stage) => {
      const run = findFinishedRun(runs, stage.name, stage.plan.recipeHash);
      return run ? [[stage, run] as const] : [];
    }),
  );
}

/** Reuses a step that was finished before the statement was interrupted. */
export function reuseFinishedCompressionStage(session: OpenSession, name: string, run: string): ModelHandle {
  const weights = loadRunWeights(run);
  const handle = session.models.define(weights.plan.recipe.model, name);
  handle.weights = weights;
  return handle;
}

/**
 * `original`: weights of the original. Only the newest run per name and recipe; runs without scores on those rows
 * are left out.
 */
export function earlierCompressedModels(
  runs: string,
  original: TrainedWeights,
  on: { readonly dataHash: string; readonly split: string },
): readonly EarlierCompressedModel[] {
  const all = compressedIn(runs);
  const made = new Set([weightsRecipeHash(original)]);
  const chain: typeof all = [];
  for (let before = -1; before < made.size;) {
    before = made.size;
    for (const one of all)
      if (made.has(one.original) && !chain.includes(one)) {
        chain.push(one);
        made.add(one.recipeHash);
      }
  }
  const found = new Map<string, EarlierCompressedModel>();
  for (const { run, name, stage, parameters, recipeHash } of chain) {
    const score = readRunScores(run).findLast((one) => one.dataHash === on.dataHash && one.split === on.split);
    const key = `${name} ${recipeHash}`;
    const known = found.get(key);
    if (score && (!known || known.folder < run.path))
      found.set(key, { folder: run.path, name, stage, parameters, score });
  }
  return [...found.values()];
}

interface Compressed {
  readonly run: RunFolder;
  readonly name: string;
  readonly recipeHash: string;
  /** Recipe hash of the model that it was made from. */
  readonly original: string;
  readonly stage: Call;
  readonly parameters: number;
}
function compressedIn(runs: string): Compressed[] {
  if (!existsSync(runs)) return [];
  return readdirSync(runs).flatMap((id): readonly Compressed[] => {
    const run = RunFolder.open(join(runs, id));
    const plan = readRegularJson(join(run.path, "plan.json"));
    const name = run.lock()?.name;
    if (!isValidPlan(plan) || !plan.recipe.compress || name === undefined) return [];
    const { stage, of: original } = plan.recipe.compress;
    return [{ run, name, recipeHash: plan.recipeHash, original, stage, parameters: plan.estimates.parameters }];
  });
}
