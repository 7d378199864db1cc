/**
 * Runs the stages of an update in sequence: new and replayed rows, the training, the strategies' consolidation and the
 * scores on all tasks. A stage's results are in its run's folder, so that an interrupted update can resume, and a later
 * one can start where this one ended.
 */
import { lastOf, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Action, UpdateStage } from "#dsl/compiler/plan/action.js";
import {
  continualWeightsFile,
  readContinualState,
  readExemplars,
  writeContinualState,
  type ReplayExemplar,
  type ContinualState,
  type ContinualTask,
} from "../../runs/continual-state.js";
import { CHECKSUM_METADATA, readHeader } from "../../tensors/safetensors.js";
import { whileLocked } from "../../runs/run-lock.js";
import { findFinishedRun } from "../../runs/history/runs-by-recipe.js";
import { loadRunWeights } from "../../models/loaded-run.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { ContinuedModel } from "../../training-runs/request.js";
import {
  demandReplayableData,
  exemplarsBeforeUpdate,
  exemplarsOfStage,
  selectRetainedExemplars,
} from "./retained-rows.js";
import { hasCachedOutputs, withSavedOutputs } from "./replayed-outputs.js";
import { type UpdateContext, isStageBegun } from "./update-context.js";
import { cacheStageOutputs, labelsSeenBefore, withStageOutputs } from "./stage-outputs.js";
import { demandRoutableStartModel, recordRouteMeans } from "./route.js";
import { loadWeights, startStateFile, type WeightsSource } from "./load-weights.js";
import { consolidateStage, type StageModel } from "./consolidate.js";
import { forgottenByTask, type LabelPredictionsByTask } from "../../evaluation/forgetting/forgotten-rows.js";
import {
  scoreTasks,
  describeTasks,
  type TaskScore,
  type LearnableTask,
  type TaskScoring,
  tasksLearntBeforeUpdate,
} from "../../evaluation/forgetting/tasks.js";

export type UpdateAction = Extract<Action, { verb: "update" }>;

export async function runStages(
  { stages, resume }: UpdateAction,
  options: UpdateContext,
): Promise<readonly ModelHandle[]> {
  demandReplayableData(options);
  demandRoutableStartModel(options);
  const before = await cellsBefore(options);
  options.onScores(
    0,
    before.map(({ score }) => score),
  );
  const outputs: LabelPredictionsByTask[] = [before.map((cell) => cell.predictions)];
  const handles: ModelHandle[] = [];
  const start = options.start.weights;
  const first = { file: startStateFile(start), labels: start.labels };
  let from: WeightsSource = first;
  let exemplars = exemplarsBeforeUpdate(options, seedOf(stages));
  for (const [i, updateStage] of stages.entries()) {
    const prepared = mustExist(options.data[i], "data of a stage");
    // Avoids training on the same rows twice.
    const others = exemplars.filter(({ hash }) => hash !== prepared.facts.hash);
    const begins = beginsWith(options, updateStage, {
      i,
      from: options.strategies.replay?.retrainsOnAll ? first : from,
      exemplars: others,
    });
    const beside = options.strategies.replay?.appended;
    const continues = { labels: options.labels, exemplars: others, begins, ...(beside && { beside }) };
    const done = resume ? findFinishedRun(options.runs, updateStage.name, updateStage.plan.recipeHash) : null;
    const handle = done
      ? taken(options, updateStage, done.path)
      : await options.train(updateStage, { resume: resume && isStageBegun(options, updateStage), continues });
    const weights = mustExist(handle.weights, `weights of ${updateStage.name}`);
    const left = await carry(
      options,
      updateStage,
      handle,
      { others, current: exemplarsOfStage(options, updateStage, prepared) },
      i,
    );
    exemplars = left.exemplars;
    outputs.push(left.outputs);
    await tellForgotten(options, updateStage, outputs);
    from = { file: continualWeightsFile(weights.folder), labels: weights.labels };
    handles.push(handle);
  }
  return handles;
}

/** Work before the first step of a stage, and where its run resumes. */
function beginsWith(
  options: UpdateContext,
  updateStage: UpdateStage,
  {
    i,
    from,
    exemplars,
  }: { readonly i: number; readonly from: WeightsSource; readonly exemplars: readonly ReplayExemplar[] },
): ContinuedModel["begins"] {
  const { replaySources } = options.strategies;
  return async (open, material, run, goesOn) => {
    if (!goesOn || !hasCachedOutputs(replaySources, run.path))
      await loadWeights({ session: open.session, ...open.states, ...open.learning }, from, options.labels);
    if (!goesOn && i === 0) await consolidateEarlier(options, updateStage, { open, ...material });
    if (!goesOn && options.strategies.routes) await recordRouteMeans(options, updateStage, { open, material, i });
    await cacheStageOutputs(options, updateStage, {
      open,
      material,
      run: run.path,
      exemplars,
      first: from.labels.length,
      seen: labelsSeenBefore(options, i),
    });
  };
}

/** Scores of the start model, on tasks whose labels it has. */
async function cellsBefore(options: UpdateContext): Promise<readonly TaskScore[]> {
  const { plan, labels, folder } = options.start.weights;
  const { open } = await options.weights.ready(options.start, options.stage.hostContext);
  const parts = await options.weights.parts(plan, options.stage.hostContext, folder);
  const cells = await scoreTasks(
    open,
    options.tasks,
    { plan, ...parts, labels, measured: options.measured, name: options.start.name },
    options.stage,
  );
  // Unshared weights would take memory during training. The next use opens the checkpoint again.
  if (open.store === null) await options.weights.forget(folder);
  return cells;
}

const seedOf = (stages: readonly UpdateStage[]): number => stages[0]?.plan.recipe.training.seed ?? 0;

function taken({ define }: UpdateContext, { name, plan }: UpdateStage, run: string): ModelHandle {
  const handle = define(plan.recipe.model, name);
  handle.weights = loadRunWeights(run);
  handle.seeds = null;
  return handle;
}

function scoring(
  options: UpdateContext,
  { plan, name }: UpdateStage,
  { base, tokenizer }: Omit<StageModel, "open">,
): TaskScoring {
  return { plan, base, tokenizer, name, labels: options.labels, measured: options.measured };
}

interface StageRows {
  readonly others: readonly ReplayExemplar[];
  readonly current: readonly ReplayExemplar[];
}
interface StageResult {
  readonly exemplars: readonly ReplayExemplar[];
  readonly outputs: LabelPredictionsByTask;
}

/**
 * Saves the stage's state for the next one, scores its row of the matrix, and returns the exemplars and predictions.
 */
async function carry(
  options: UpdateContext,
  updateStage: UpdateStage,
  handle: ModelHandle,
  rows: StageRows,
  i: number,
): Promise<StageResult> {
  const weights = mustExist(handle.weights, `weights of ${updateStage.name}`);
  const known = readContinualState(weights.folder);
  const learnt = options.strategies.replaySources.find((one) => one.computed === "stage_end");
  const all = selectRetainedExemplars(options, [...rows.others, ...rows.current]);
  if (known && sameTasks(known.tasks, options.tasks)) {
    options.onScores(i + 1, known.scores);
    const exemplars = learnt ? withSavedOutputs(all, readExemplars(weights.folder)) : all;
    return { exemplars, outputs: options.tasks.map((_, j) => known.said[j] ?? null) };
  }
  return whileLocked(weights.folder, "train", () =>
    saveStage(options, updateStage, handle, { ...rows, all, known, learnt }, i),
  );
}

async function saveStage(
  options: UpdateContext,
  updateStage: UpdateStage,
  handle: ModelHandle,
  rows: StageRows & {
    readonly all: readonly ReplayExemplar[];
    readonly known: ContinualState | null;
    readonly learnt: UpdateContext["strategies"]["replaySources"][number] | undefined;
  },
  i: number,
): Promise<StageResult> {
  const weights = mustExist(handle.weights, `weights of ${updateStage.name}`);
  const { all, known, learnt } = rows;
  const { open } = await options.weights.ready(handle, options.stage.hostContext);
  const parts = await options.weights.parts(updateStage.plan, options.stage.hostContext, weights.folder);
  const cells = await scoreTasks(open, options.tasks, scoring(options, updateStage, parts), options.stage);
  const scores = cells.map(({ score }) => score);
  const outputs = cells.map((cell) => cell.predictions && [...cell.predictions]);
  options.onScores(i + 1, scores);
  const data = mustExist(options.data[i], "data of a stage");
  const seen = labelsSeenBefore(options, i + 1);
  await consolidateStage(options, updateStage, {
    ...parts,
    open,
    data,
    first: false,
    strategies: open.learning.strategies,
    seen,
  });
  const about = { labels: options.labels, tasks: describeTasks(options.tasks), metric: options.measured.name };
  const taught = options.labels.filter((_, label) => seen.has(label));
  const carried = { version: 1, ...about, scores, said: outputs, taught } as const;
  const context = { open, parts, data, run: weights.folder };
  // Other tasks are scored now than in the interrupted run: its earlier outputs are saved with its rows.
  const others = known ? withSavedOutputs(rows.others, readExemplars(weights.folder)) : rows.others;
  const retained = new Set(all);
  const current = rows.current.filter((row) => retained.has(row));
  const exemplars = learnt
    ? selectRetainedExemplars(
        options,
        await withStageOutputs(options, updateStage, { ...context, word: learnt.word }, { others, current }),
      )
    : all;
  // With joint training, all earlier rows are read again, so none are saved.
  const learntAgain = options.strategies.replay?.retrainsOnAll ? [] : exemplars;
  await writeContinualState(weights.folder, carried, learntAgain, (file) =>
    open.session.save(file, open.states.carried, CHECKSUM_METADATA),
  );
  // The consolidation's results are in the engine but not in the checkpoint: the next use opens the model again.
  await options.weights.forget(weights.folder);
  return { exemplars, outputs };
}

async function tellForgotten(
  options: UpdateContext,
  updateStage: UpdateStage,
  outputs: readonly LabelPredictionsByTask[],
): Promise<void> {
  const parts = await options.weights.parts(updateStage.plan, options.stage.hostContext);
  options.onForgotten(await forgottenByTask(outputs, options.tasks, scoring(options, updateStage, parts)));
}

function sameTasks(savedTasks: readonly ContinualTask[], tasks: readonly LearnableTask[]): boolean {
  const now = describeTasks(tasks);
  return (
    savedTasks.length === now.length &&
    savedTasks.every(
      ({ data, split, rows }, j) => now[j]?.data === data && now[j].split === split && now[j].rows === rows,
    )
  );
}

export const lastModelHandle = (handles: readonly ModelHandle[]): ModelHandle => lastOf(handles);

/** Consolidates the data that the model learned before, for strategies that an earlier update did not consolidate. */
async function consolidateEarlier(
  options: UpdateContext,
  updateStage: UpdateStage,
  { open, base, tokenizer }: StageModel,
): Promise<void> {
  const there = Object.keys(readHeader(startStateFile(options.start.weights)).tensors);
  const lacking = open.learning.strategies.filter(
    ({ implementation: { states } }) => !states.every((prefix) => there.some((name) => name.startsWith(prefix))),
  );
  const known = tasksLearntBeforeUpdate(options.tasks).map(({ prepared }) => prepared);
  const seen = labelsSeenBefore(options, 0);
  for (const [i, data] of (known.length > 0 ? known : [null]).entries())
    await consolidateStage(options, updateStage, {
      open,
      base,
      tokenizer,
      data,
      first: i === 0,
      strategies: lacking,
      seen,
    });
}
