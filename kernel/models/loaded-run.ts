/**
 * Opens a finished run as a model, read-only: the settings of its plan, its labels and its final checkpoint. Paths
 * relative to the run's notebook are resolved, so that any other notebook finds them.
 */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { RunFacts } from "#dsl/language/types/facts.js";
import type { FederatedPlan, Plan } from "#dsl/compiler/plan/plan.js";
import type { ModelPlan, Call } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import { readPlanAndLock, hasLostLog } from "../runs/history/damage.js";
import { trialGroupFacts } from "./trial-group-facts.js";
import { findWatchable } from "../runs/history/find-watchable.js";
import { findRun, type RunSearchFolders } from "../runs/history/find-run.js";
import { derivedBaseFolder } from "../runs/folders/made-folder.js";
import { finalCheckpoint } from "./kept-checkpoint.js";
import type { TrainedWeights } from "../runs/weights.js";
import { readRegularFile } from "../runs/read-events.js";
import { RunFolder, type PinnedRunFacts } from "../runs/run-folder.js";
import { lockHolderOf } from "../runs/run-lock.js";
import { RunLog } from "../runs/run-log.js";
import { isTraining } from "../remote/supervisor/outcome.js";
import { isProcessAlive } from "../runs/writer.js";

/**
 * Throws the coded errors of `findRun`, `run-unreadable`, `run-without-weights`, `run-without-base` and
 * `still-training`.
 */
export function runFacts(path: string, places: RunSearchFolders): RunFacts {
  const run = findRun(path, places);
  const { plan } = readRun(run);
  finalCheckpoint(run, plan);
  const { model, update } = plan.recipe;
  const strategy = update && { strategy: update.strategy };
  const facts = { folder: run.path, recipeHash: plan.recipeHash, model, ...strategy };
  return hasLostLog(run) ? { ...facts, withoutLog: true } : facts;
}

/**
 * Like `runFacts`, for a run that may still be training. Throws the coded errors of `findWatchable`, `run-unreadable`
 * and `run-without-base`.
 */
export function attachableRunFacts(path: string, places: RunSearchFolders): RunFacts {
  const run = findWatchable(path, places);
  if (!(run instanceof RunFolder)) return trialGroupFacts(run);
  const { plan, lock } = readRun(run, { training: true });
  return { folder: run.path, name: lock.name, recipeHash: plan.recipeHash, model: plan.recipe.model };
}

/** Returns the plan of a run that may still be training. */
export function planOfRun(folder: string): Plan {
  return readRun(RunFolder.open(folder), { training: true }).plan;
}

/** Returns the weights of a finished run in the same form as after a training. */
export function loadRunWeights(folder: string): TrainedWeights {
  const run = RunFolder.open(folder);
  const { plan, lock } = readRun(run);
  const rows = Object.fromEntries(
    Object.entries(lock.data?.splits ?? {}).map(([split, count]) => [split, { rows: count }]),
  );
  return {
    plan,
    folder: run.path,
    labels: lock.labels,
    data: {
      rowsIn: lock.data?.rowsIn ?? plan.estimates.rows,
      kept: lock.data?.kept ?? plan.estimates.rows,
      hash: lock.dataHash ?? "",
      splits: rows,
    },
    checkpoint: finalCheckpoint(run, plan),
    events: run.events(),
    settled: Promise.resolve(),
    complete: true,
  };
}

/** `training`: whether the run may still be training. */
function readRun(
  run: RunFolder,
  { training = false }: { readonly training?: boolean } = {},
): { readonly plan: Plan; readonly lock: PinnedRunFacts } {
  const { plan, lock } = readPlanAndLock(run);
  const refuse = (why: string): never => {
    throw new CodedError("run-unreadable", { run: run.id, why });
  };
  const { task, technique } = plan.recipe.model;
  for (const word of [task, technique] satisfies Call[])
    if (word.definition === undefined && !registry.find(word.kind, word.word))
      refuse(`this version has no ${word.kind} \`${word.word}\``);
  if (!training) demandEnded(run, lock);
  const home = resolve(run.path, lock.home ?? join("..", ".."));
  const data = { ...plan.recipe.data, folder: resolve(home, plan.recipe.data.folder) };
  const model = fromAnywhere(plan.recipe.model, { run, home, lock, training: training && isTraining(run) });
  const federated = plan.recipe.federated && federatedAt(plan.recipe.federated, home);
  return { lock, plan: { ...plan, recipe: { ...plan.recipe, data, model, ...(federated && { federated }) } } };
}

function federatedAt(federated: FederatedPlan, home: string): FederatedPlan {
  const others = federated.others.map((one) => ({
    ...one,
    data: { ...one.data, folder: resolve(home, one.data.folder) },
  }));
  return { ...federated, others };
}

/** Refuses a run whose weights another process may still be writing. */
function demandEnded(run: RunFolder, { name }: PinnedRunFacts): void {
  const log = new RunLog();
  log.take(readRegularFile(run.eventsFile) ?? "");
  if (log.ended !== null) return;
  const writer =
    lockHolderOf(run.path)?.writer ??
    (log.writer && !log.writer.locks && isProcessAlive(log.writer) === true ? log.writer : null);
  if (writer)
    throw new CodedError("still-training", { run: run.id, name, step: log.step, steps: log.steps, process: writer.id });
}

/**
 * Returns a model whose base is found from any folder. A model from scratch has its base in the run, and so has one
 * made of another's weights; a model that continued another training has it in that run.
 */
function fromAnywhere(
  model: ModelPlan,
  options: {
    readonly run: RunFolder;
    readonly home: string;
    readonly lock: PinnedRunFacts;
    /** Whether the run is training, so that its final files do not exist yet. */
    readonly training: boolean;
  },
): ModelPlan {
  const { scratch, trained, ...rest } = model;
  const locatedPlan = (folder: string | undefined, baseHash: string | null = null): ModelPlan => {
    if (folder === undefined || (!options.training && !existsSync(join(folder, "config.json"))))
      throw new CodedError("run-without-base", {
        run: options.run.id,
        base: model.base,
        ...(trained?.made && { made: options.lock.name }),
      });
    return { ...rest, base: folder, folder: options.home, baseHash };
  };
  if (scratch) return locatedPlan(options.run.model);
  if (!trained) return { ...rest, folder: resolve(options.home, model.folder) };
  const root = dirname(options.run.path);
  const noted = options.lock.base === undefined ? [] : [resolve(options.run.path, options.lock.base)];
  const { made, recipeHash } = trained;
  const others = RunFolder.find(root, recipeHash).map((other) =>
    made ? derivedBaseFolder(other.path, made) : other.model,
  );
  // A run that is still training has not written its own base yet.
  const ownFolder = made ? [options.run.base] : [];
  const found = [...ownFolder, ...noted, ...others].find((folder) => existsSync(join(folder, "config.json")));
  // A base created for the run is never rewritten: other content means damage or a foreign folder.
  return locatedPlan(found, made ? options.lock.baseHash : null);
}
