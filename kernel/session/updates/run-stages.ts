/**
 * The stages of an update, one after the other: rows to learn and rows to learn again, the training, what strategies take down
 * of it, and the scores on all tasks. What a stage leaves lies in its run's folder, so that an update that was interrupted goes
 * on, and a later one begins where this one ended.
 */
import { CodedError } from "#dsl/diagnostics/codes.js";
import { lastOf, must } from "#dsl/diagnostics/must.js";
import type { Action, UpdateStage } from "#dsl/plan/plan.js";
import type { Looks, Memory, StrategyImplementation } from "#stdlib/kinds/strategy.js";
import type { ModelPlan } from "#dsl/types/subject.js";
import type { Call } from "#dsl/types/value.js";
import {
  carriedState,
  readBefore,
  readCarried,
  readMemory,
  writeBefore,
  writeCarried,
  type Remembered,
} from "../../artifacts/carried.js";
import { CHECKED } from "../../tensors/safetensors.js";
import { trainedSplit } from "../../core/data/prepared.js";
import { does } from "../../core/session/words.js";
import { encodeSplit, type Encoding } from "../../encoding/encoded.js";
import { encodingOf } from "../../encoding/encoding.js";
import { readCheckpoints } from "../../artifacts/checkpoints.js";
import { holderOf } from "../../artifacts/run-lock.js";
import { finishedRun, runsNamed } from "../../history/runs-named.js";
import { loadedWeights } from "../models/loaded.js";
import type { ModelHandle, Weights } from "../models/model-handle.js";
import type { OpenModel } from "../models/open-model.js";
import type { WeightRoom } from "../models/weight-room.js";
import type { Material } from "../trainings/material.js";
import type { Continues } from "../trainings/request.js";
import { drawn } from "./memory.js";
import { takeDown } from "./take-down.js";
import { scoresOn, toldOf, type Learnable, type Measured, type Scoring, type Working } from "./tasks.js";

export type Update = Extract<Action, { verb: "update" }>;

export interface Strategies {
  readonly memory: Memory | null;
  readonly looks: Looks | null;
  readonly anew: boolean;
}
export async function strategiesOf(calls: readonly Call[]): Promise<Strategies> {
  const all = await Promise.all(
    calls.map(async (call) => ({ call, does: await does({ ...call, kind: "strategy" }, "strategy") })),
  );
  const first = <T>(of: (one: StrategyImplementation, call: Call) => T | undefined): T | null =>
    all.map(({ call, does: one }) => of(one, call)).find((found) => found !== undefined) ?? null;
  return {
    memory: first((one, call) => one.memory?.(call)),
    looks: first((one, call) => one.looks?.(call)),
    anew: all.some(({ does: one }) => one.anew === true),
  };
}

export interface Stages {
  readonly weights: WeightRoom;
  /** The folder of runs. */
  readonly runs: string;
  readonly define: (plan: ModelPlan, name: string) => ModelHandle;
  readonly stage: Working;
  readonly start: Weights;
  readonly labels: readonly string[];
  readonly tasks: readonly Learnable[];
  readonly strategies: Strategies;
  readonly measured: Measured;
  /** Trains one. */
  readonly train: (
    of: UpdateStage,
    o: { readonly resume: boolean; readonly continues: Continues },
  ) => Promise<ModelHandle>;
  /** A row of the matrix is known. */
  readonly onScores: (row: number, scores: readonly (number | null)[]) => void;
}

export async function runStages({ stages, resume }: Update, o: Stages): Promise<readonly ModelHandle[]> {
  const handles: ModelHandle[] = [];
  let from = { file: stateOf(o.start), labels: o.start.labels };
  const first = from;
  const memory = [...memoryBefore(o, seedOf(stages))];
  for (const [i, of] of stages.entries()) {
    const begins: Continues["begins"] = async (open, material, run) => {
      if (i > 0) return;
      const before = await scoresOn(open, o.tasks, scoring(o, of, material), o.stage);
      writeBefore(run.path, before);
      o.onScores(0, before);
      if (readCarried(o.start.folder) === null) await takeDownBefore(o, of, open, material);
    };
    const continues = { labels: o.labels, from: o.strategies.anew ? first : from, memory: [...memory], begins };
    const done = resume ? finishedRun(o.runs, of.name, of.plan.recipeHash) : null;
    const handle = done ? taken(o, of, done.path) : await o.train(of, { resume: resume && isBegun(o, of), continues });
    const weights = must(handle.weights, `weights of ${of.name}`);
    const before = i === 0 ? readBefore(weights.folder) : null;
    if (before) o.onScores(0, before);
    memory.push(...keptOf(o, of));
    await carry(o, of, handle, memory, i);
    from = { file: carriedState(weights.folder), labels: weights.labels };
    handles.push(handle);
  }
  return handles;
}

const seedOf = (stages: readonly UpdateStage[]): number => stages[0]?.plan.recipe.training.seed ?? 0;

/** Weights and what strategies keep, where an update made them; else the weights alone. */
function stateOf({ folder, checkpoint }: Weights): string {
  return readCarried(folder) ? carriedState(folder) : checkpoint.file;
}

/** Rows of what was learnt before the first stage. */
function memoryBefore({ start, strategies, tasks }: Stages, seed: number): readonly Remembered[] {
  const { memory, anew } = strategies;
  if (!memory) return [];
  const kept = anew ? [] : readMemory(start.folder);
  if (kept.length > 0) return kept;
  return tasks.filter(({ learnt }) => learnt === 0).flatMap(({ prepared }) => drawn(prepared, memory, seed));
}

/** Of what a stage has learnt. */
function keptOf({ strategies: { memory }, tasks }: Stages, { plan }: UpdateStage): readonly Remembered[] {
  const of = tasks.find(({ plan: data }) => data.name === plan.recipe.data.name);
  return memory && of ? drawn(of.prepared, memory, plan.recipe.training.seed) : [];
}

function taken({ define }: Stages, { name, plan }: UpdateStage, run: string): ModelHandle {
  const handle = define(plan.recipe.model, name);
  handle.weights = loadedWeights(run);
  handle.seeds = null;
  return handle;
}

/** Whether there is a run to go on with. */
function isBegun({ runs }: Stages, { name, plan }: UpdateStage): boolean {
  return runsNamed(runs, name, plan.recipeHash).some(
    (run) => holderOf(run.path) !== null || readCheckpoints(run).length > 0,
  );
}

function scoring(
  o: Stages,
  { plan, name }: UpdateStage,
  { base, tokenizer }: Pick<Material, "base" | "tokenizer">,
): Scoring {
  return { plan, base, tokenizer, name, labels: o.labels, measured: o.measured };
}

/** What strategies take down of the data that the model learnt before. */
async function takeDownBefore(o: Stages, of: UpdateStage, open: OpenModel, material: Material): Promise<void> {
  const known = o.tasks.filter(({ learnt }) => learnt === 0);
  for (const [i, task] of (known.length > 0 ? known : [null]).entries())
    await takeDownOf(o, of, { open, material, task, first: i === 0 });
}

async function takeDownOf(
  o: Stages,
  { plan, name }: UpdateStage,
  {
    open,
    material: { base, tokenizer },
    task,
    first,
  }: {
    readonly open: OpenModel;
    readonly material: Pick<Material, "base" | "tokenizer">;
    readonly task: Learnable | null;
    readonly first: boolean;
  },
): Promise<void> {
  const { training } = plan.recipe;
  const { signal, hostContext } = o.stage;
  const data = task?.plan ?? plan.recipe.data;
  const encoding: Encoding = await encodingOf({ recipe: { ...plan.recipe, data } }, base, tokenizer, o.labels, name);
  const rows =
    task && o.strategies.looks
      ? await encodeSplit(task.prepared, { data: data.name, split: trainedSplit(task.prepared) }, encoding)
      : null;
  await takeDown({
    ...{ open, rows, looks: o.strategies.looks, answers: encoding.task.implementation.answers ?? null },
    ...{ batchSize: training.batch_size, padId: tokenizer.padId, seed: training.seed, first },
    signal,
    onRows: (done, total) =>
      hostContext.onProgress?.({ label: `rows of ${data.name} looked at for what holds them`, done, total }),
  });
}

/** What the stage leaves for the next, and its row of the matrix. */
async function carry(
  o: Stages,
  of: UpdateStage,
  handle: ModelHandle,
  memory: readonly Remembered[],
  i: number,
): Promise<void> {
  const weights = must(handle.weights, `weights of ${of.name}`);
  const known = readCarried(weights.folder);
  if (known && sameTasks(known.tasks, o.tasks)) {
    o.onScores(i + 1, known.scores);
    return;
  }
  const { open } = await o.weights.ready(handle, o.stage.hostContext);
  const parts = await o.weights.parts(of.plan, o.stage.hostContext);
  const scores = await scoresOn(open, o.tasks, scoring(o, of, parts), o.stage);
  o.onScores(i + 1, scores);
  const task = o.tasks.find(({ plan }) => plan.name === of.plan.recipe.data.name) ?? null;
  await takeDownOf(o, of, { open, material: parts, task, first: false });
  const carried = { version: 1, labels: o.labels, tasks: toldOf(o.tasks), metric: o.measured.name, scores } as const;
  // All earlier rows are read again where they are all learnt anew.
  const kept = o.strategies.anew ? [] : memory;
  await writeCarried(weights.folder, carried, kept, (file) => open.session.save(file, open.carried, CHECKED));
  // What was taken down is in the engine and not in the checkpoint: it is opened anew by whoever asks next.
  await o.weights.forget(weights.folder);
}

function sameTasks(
  told: readonly { readonly data: string; readonly split: string }[],
  tasks: readonly Learnable[],
): boolean {
  const now = toldOf(tasks);
  return (
    told.length === now.length && told.every(({ data, split }, j) => now[j]?.data === data && now[j].split === split)
  );
}

/** The weights of a model, which are there. Coded error `not-trained`. */
export async function startOf({ name, weights }: ModelHandle): Promise<Weights> {
  await weights?.settled;
  if (!weights?.complete) throw new CodedError("not-trained", { model: name });
  return weights;
}

export const last = (handles: readonly ModelHandle[]): ModelHandle => lastOf(handles);
