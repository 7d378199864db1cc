/**
 * The stages of an update, one after the other: rows to learn and rows to learn again, the training, what strategies take down
 * of it, and the scores on all tasks. What a stage leaves lies in its run's folder, so that an update that was interrupted goes
 * on, and a later one begins where this one ended.
 */
import { lastOf, must } from "#dsl/language/diagnostics/must.js";
import type { Action, UpdateStage } from "#dsl/compiler/plan/action.js";
import {
  carriedState,
  readCarried,
  exemplarsFile,
  exemplarsIn,
  readExemplars,
  writeCarried,
  type Exemplar,
  type Task,
} from "../../runs/continual-state.js";
import { directionsWithin } from "#stdlib/strategies/shared/directions.js";
import { CHECKED, readHeader } from "../../tensors/safetensors.js";
import { trainedSplit, type Prepared } from "../../data/prepared.js";
import { encodeSplit, type Encoding } from "../../data/encoding/encoded.js";
import { encodingOf } from "../../data/encoding/encoding.js";
import { readCheckpoints } from "../../runs/checkpoints.js";
import { holderOf } from "../../runs/run-lock.js";
import { finishedRun, runsNamed } from "../../runs/history/runs-named.js";
import { loadedWeights } from "../../models/loaded-run.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { OpenModel } from "../../models/open-model.js";
import type { Material } from "../../training-runs/material.js";
import type { Continues } from "../../training-runs/request.js";
import { beside, drawn } from "../../training-runs/exemplars.js";
import { reservoir } from "./reservoir.js";
import { hasCachedOutputs, withKeptOutputs } from "./replayed-outputs.js";
import type { Stages } from "./stages.js";
import { cacheStageOutputs, seenBefore, withOutputs } from "./stage-outputs.js";
import { demandRouted, tellRoute } from "./route.js";
import { stateOf } from "./continual-state.js";
import { consolidate } from "./consolidate.js";
import { takeWeights, type Taken } from "./load-weights.js";
import { forgottenBy, type Said } from "../../evaluation/forgetting/forgotten-rows.js";
import {
  learntBefore,
  scoresOn,
  toldOf,
  type Cell,
  type Learnable,
  type Scoring,
} from "../../evaluation/forgetting/tasks.js";

export type Update = Extract<Action, { verb: "update" }>;

export async function runStages({ stages, resume }: Update, o: Stages): Promise<readonly ModelHandle[]> {
  demandLearnable(o);
  demandRouted(o);
  const before = await cellsBefore(o);
  o.onScores(
    0,
    before.map(({ score }) => score),
  );
  const said: Said[] = [before.map((cell) => cell.said)];
  const handles: ModelHandle[] = [];
  const start = o.start.weights;
  const first = { file: stateOf(start), labels: start.labels };
  let from: Taken = first;
  let exemplars = exemplarsBefore(o, seedOf(stages));
  for (const [i, of] of stages.entries()) {
    const prepared = must(o.data[i], "data of a stage");
    // The same rows would be learnt twice.
    const others = exemplars.filter(({ hash }) => hash !== prepared.facts.hash);
    const begins = beginsWith(o, of, { i, from: o.strategies.replay?.anew ? first : from, exemplars: others });
    const beside = o.strategies.replay?.beside;
    const continues = { labels: o.labels, exemplars: others, begins, ...(beside && { beside }) };
    const done = resume ? finishedRun(o.runs, of.name, of.plan.recipeHash) : null;
    const handle = done ? taken(o, of, done.path) : await o.train(of, { resume: resume && isBegun(o, of), continues });
    const weights = must(handle.weights, `weights of ${of.name}`);
    const left = await carry(o, of, handle, { others, own: keptOf(o, of, prepared) }, i);
    exemplars = left.exemplars;
    said.push(left.said);
    await tellForgotten(o, of, said);
    from = { file: carriedState(weights.folder), labels: weights.labels };
    handles.push(handle);
  }
  return handles;
}

/** What is done before the first step of a stage, and where its run goes on. */
function beginsWith(
  o: Stages,
  of: UpdateStage,
  { i, from, exemplars }: { readonly i: number; readonly from: Taken; readonly exemplars: readonly Exemplar[] },
): Continues["begins"] {
  const { replaySources } = o.strategies;
  return async (open, material, run, goesOn) => {
    if (!goesOn || !hasCachedOutputs(replaySources, run.path)) await takeWeights(open, from, o.labels);
    if (!goesOn && i === 0) await consolidateEarlier(o, of, open, material);
    if (!goesOn && o.strategies.routes) await tellRoute(o, of, { open, material, i });
    await cacheStageOutputs(o, of, {
      open,
      material,
      run: run.path,
      exemplars,
      first: from.labels.length,
      seen: seenBefore(o, i),
    });
  };
}

/** Said before anything is trained. Coded errors `update-streamed`, `update-roles`. */
function demandLearnable({ strategies: { replay }, data, tasks }: Stages): void {
  if (!replay) return;
  const all = [...learntBefore(tasks).map(({ prepared }) => prepared), ...data];
  for (const [i, prepared] of all.entries())
    if (all.length > 1) beside(prepared, drawn(must(all[i === 0 ? all.length - 1 : i - 1], "data"), { of: 1 }, 0));
}

/** The model as it was, on what it can name the labels of. */
async function cellsBefore(o: Stages): Promise<readonly Cell[]> {
  const { plan, labels, folder } = o.start.weights;
  const { open } = await o.weights.ready(o.start, o.stage.hostContext);
  const parts = await o.weights.parts(plan, o.stage.hostContext, folder);
  const cells = await scoresOn(
    open,
    o.tasks,
    { plan, ...parts, labels, measured: o.measured, name: o.start.name },
    o.stage,
  );
  // Weights that no other model shares would lie beside those that train. Who asks it next opens its checkpoint again.
  if (open.store === null) await o.weights.forget(folder);
  return cells;
}

const seedOf = (stages: readonly UpdateStage[]): number => stages[0]?.plan.recipe.training.seed ?? 0;

/** Rows of what was learnt before the first stage. */
function exemplarsBefore(
  { start: { weights: start }, strategies, tasks, warn, keeps }: Stages,
  seed: number,
): readonly Exemplar[] {
  const { replay } = strategies;
  if (!replay) return [];
  const kept = replay.anew ? { rows: [], damaged: 0 } : exemplarsIn(start.folder);
  if (kept.damaged > 0)
    warn("memory-damaged", { file: exemplarsFile(start.folder), lines: kept.damaged, kept: kept.rows.length });
  if (kept.rows.length > 0) return reservoir(kept.rows, replay);
  return reservoir(
    learntBefore(tasks)
      .flatMap(({ prepared }) => drawn(prepared, replay, seed))
      .filter(keeps),
    replay,
  );
}

/** Of what a stage has learnt. */
function keptOf(
  { strategies: { replay }, keeps }: Stages,
  { plan }: UpdateStage,
  prepared: Prepared,
): readonly Exemplar[] {
  return replay ? drawn(prepared, replay, plan.recipe.training.seed).filter(keeps) : [];
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

/** Consolidates the data that the model learned before, for strategies that an earlier update did not consolidate. */
async function consolidateEarlier(o: Stages, of: UpdateStage, open: OpenModel, material: Material): Promise<void> {
  const there = Object.keys(readHeader(stateOf(o.start.weights)).tensors);
  const lacking = open.strategies.filter(
    ({ implementation: { states } }) => !states.every((prefix) => there.some((name) => name.startsWith(prefix))),
  );
  const known = learntBefore(o.tasks).map(({ prepared }) => prepared);
  const seen = seenBefore(o, 0);
  for (const [i, data] of (known.length > 0 ? known : [null]).entries())
    await consolidateStage(o, of, { ...material, open, data, first: i === 0, strategies: lacking, seen });
}

const sharedBy = ({ estimates: { trainable, parameters } }: UpdateStage["plan"]): number =>
  trainable / Math.max(1, parameters);

async function consolidateStage(
  o: Stages,
  { plan, name }: UpdateStage,
  of: Pick<Material, "base" | "tokenizer"> & {
    readonly open: OpenModel;
    readonly data: Prepared | null;
    readonly first: boolean;
    readonly strategies: OpenModel["strategies"];
    readonly seen: ReadonlySet<number>;
  },
): Promise<void> {
  const { base, tokenizer, open, data, first, strategies, seen } = of;
  const { training } = plan.recipe;
  const { signal, hostContext } = o.stage;
  const told = data && o.tasks.find(({ prepared }) => prepared.facts.hash === data.facts.hash)?.plan;
  const recipe = { ...plan.recipe, data: told ?? plan.recipe.data };
  const encoding: Encoding = await encodingOf({ recipe }, base, tokenizer, o.labels, name);
  const rows =
    data && o.strategies.fisher
      ? await encodeSplit(data, { data: data.name, split: trainedSplit(data) }, encoding)
      : null;
  await consolidate({
    open,
    strategies,
    rows,
    fisher: o.strategies.fisher,
    labels: { count: o.labels.length, seen },
    answers: encoding.task.implementation.answers ?? null,
    most: directionsWithin(sharedBy(plan)),
    batchSize: training.batch_size,
    padId: tokenizer.padId,
    seed: training.seed,
    first,
    signal,
    onRows: (done, total) =>
      hostContext.onProgress?.({ label: `rows of ${data?.name ?? name} looked at for what holds them`, done, total }),
  });
}

/** What the stage leaves for the next, its row of the matrix, and what was said of the rows of that. */
async function carry(
  o: Stages,
  of: UpdateStage,
  handle: ModelHandle,
  rows: { readonly others: readonly Exemplar[]; readonly own: readonly Exemplar[] },
  i: number,
): Promise<{ readonly exemplars: readonly Exemplar[]; readonly said: Said }> {
  const weights = must(handle.weights, `weights of ${of.name}`);
  const known = readCarried(weights.folder);
  const learnt = o.strategies.replaySources.find((one) => one.computed === "stage_end");
  const all = stays(o, [...rows.others, ...rows.own]);
  if (known && sameTasks(known.tasks, o.tasks)) {
    o.onScores(i + 1, known.scores);
    const exemplars = learnt ? withKeptOutputs(all, readExemplars(weights.folder)) : all;
    return { exemplars, said: o.tasks.map((_, j) => known.said[j] ?? null) };
  }
  const { open } = await o.weights.ready(handle, o.stage.hostContext);
  const parts = await o.weights.parts(of.plan, o.stage.hostContext, weights.folder);
  const cells = await scoresOn(open, o.tasks, scoring(o, of, parts), o.stage);
  const scores = cells.map(({ score }) => score);
  const said = cells.map((cell) => cell.said && [...cell.said]);
  o.onScores(i + 1, scores);
  const data = must(o.data[i], "data of a stage");
  const seen = seenBefore(o, i + 1);
  await consolidateStage(o, of, { ...parts, open, data, first: false, strategies: open.strategies, seen });
  const about = { labels: o.labels, tasks: toldOf(o.tasks), metric: o.measured.name };
  const taught = o.labels.filter((_, label) => seen.has(label));
  const carried = { version: 1, ...about, scores, said, taught } as const;
  const at = { open, parts, data, run: weights.folder };
  // Other tasks are scored now than when it was left: what was said before it lies with its rows.
  const others = known ? withKeptOutputs(rows.others, readExemplars(weights.folder)) : rows.others;
  const kept = new Set(all);
  const own = rows.own.filter((row) => kept.has(row));
  const exemplars = learnt ? stays(o, await withOutputs(o, of, { ...at, word: learnt.word }, { others, own })) : all;
  // All earlier rows are read again where they are all learnt anew.
  const learntAgain = o.strategies.replay?.anew ? [] : exemplars;
  await writeCarried(weights.folder, carried, learntAgain, (file) => open.session.save(file, open.carried, CHECKED));
  // What was taken down is in the engine and not in the checkpoint: it is opened anew by whoever asks next.
  await o.weights.forget(weights.folder);
  return { exemplars, said };
}

/** Of rows that were kept and of new ones, those that are kept from now on. */
const stays = ({ strategies: { replay } }: Stages, rows: readonly Exemplar[]): readonly Exemplar[] =>
  replay ? reservoir(rows, replay) : rows;

async function tellForgotten(o: Stages, of: UpdateStage, said: readonly Said[]): Promise<void> {
  const parts = await o.weights.parts(of.plan, o.stage.hostContext);
  o.onForgotten(await forgottenBy(said, o.tasks, scoring(o, of, parts)));
}

function sameTasks(told: readonly Task[], tasks: readonly Learnable[]): boolean {
  const now = toldOf(tasks);
  return (
    told.length === now.length &&
    told.every(({ data, split, rows }, j) => now[j]?.data === data && now[j].split === split && now[j].rows === rows)
  );
}

export const last = (handles: readonly ModelHandle[]): ModelHandle => lastOf(handles);
