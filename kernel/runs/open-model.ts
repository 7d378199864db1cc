/** From a plan to programs over a live store: the model family, its task, technique and optimiser, assembled and opened in the engine. */
import type { ModelPlan, Plan } from "#dsl/plan/plan.js";
import type { Program } from "#dsl/graph/program.js";
import { assemble } from "#stdlib/programs/assemble.js";
import { buildGenerate } from "#stdlib/programs/generate.js";
import type { Base } from "../bases/base.js";
import type { Engine, Session } from "../engine/engine.js";
import { join, resolve } from "node:path";
import { readHeader } from "../engine/safetensors.js";
import { typesOf } from "./encoding.js";
import { does, implementationOf } from "./words.js";

export interface OpenModel {
  /** Programs `train`, or `accumulate` and `apply` where batches make updates together; `evaluate` where the task answers, `loss` where scores come from the loss alone. */
  readonly session: Session;
  /** State that training changes: what a checkpoint holds. */
  readonly saved: readonly string[];
  readonly trainable: readonly string[];
  /** Why it can't write text: its task doesn't, or the engine can't; null: it can, with the programs of stdlib/programs/generate.ts. */
  readonly mute: string | null;
  dispose(): Promise<void>;
}

export async function programsOf(plan: Plan, base: Base, labels: readonly string[], home: string) {
  const { model, training } = plan.recipe;
  const [body, task, optimizer] = await Promise.all([
    bodyOf(model, base, home),
    does(model.task, "task"),
    does(training.optimizer, "optimizer"),
  ]);
  return assemble({
    ...body,
    task: { call: model.task, implementation: task },
    optimizer: { call: training.optimizer, implementation: optimizer },
    labels: labels.length,
    dropout: training.dropout,
    headDropout: headDropout(base.facts.config),
    clip: training.clip,
    seed: training.seed,
    packed: training.packing,
    tokenTypes: await typesOf(plan, base),
    accumulate: training.accumulate > 1,
    passes: { precision: training.precision, recompute: plan.effects.recompute },
  });
}

/** `home`: the folder that the plan's own folders are relative to (the notebook's). */
export async function openModel(engine: Engine, plan: Plan, base: Base, labels: readonly string[], home: string): Promise<OpenModel> {
  const assembled = await programsOf(plan, base, labels, home);
  const { answers } = await does(plan.recipe.model.task, "task");
  const writing = await writingOf(engine, plan.recipe.model, base, home);
  const { train, accumulate, apply, evaluate, loss } = assembled;
  const training = accumulate && apply ? { accumulate, apply } : { train };
  const scoring = { ...(answers && { evaluate }), ...(!answers?.score && { loss }) };
  const session = await engine.open({ ...training, ...scoring, ...writing.programs }, checkpointsOf(plan.recipe.model, base, home));
  const { resumable: saved, trainable } = assembled;
  return { session, saved, trainable, mute: writing.mute, dispose: () => session.dispose() };
}

/** A model that was never trained, to write text with: its base as it is, without gradients and moments. */
export async function openUntrained(engine: Engine, model: ModelPlan, base: Base, home: string): Promise<OpenModel> {
  const { programs, mute } = await writingOf(engine, model, base, home);
  const session = await engine.open(programs, checkpointsOf(model, base, home));
  return { session, saved: [], trainable: [], mute, dispose: () => session.dispose() };
}

/**
 * Programs that write text, beside those that train: one store for all, so that a model is asked right after its training.
 * A cache that nobody fills takes no memory; what it costs is the reading of a larger graph.
 */
async function writingOf(
  engine: Engine,
  model: ModelPlan,
  base: Base,
  home: string,
): Promise<{ readonly programs: Readonly<Record<string, Program>>; readonly mute: string | null }> {
  const { answers } = await does(model.task, "task");
  if (answers) return { programs: {}, mute: `${model.task.word} writes none` };
  const programs = { ...buildGenerate({ ...(await bodyOf(model, base, home)), seed: 0 }) };
  const refusals = (await Promise.all(Object.values(programs).map((program) => engine.can(program)))).flat();
  const [first] = refusals;
  if (!first) return { programs, mute: null };
  return { programs: {}, mute: `the ${engine.info.name} engine has no ${first.op}: ${first.why}` };
}

/** What programs of a model are built from, its task aside. */
async function bodyOf(model: ModelPlan, base: Base, home: string) {
  const [family, technique] = await Promise.all([implementationOf("model", base.facts.family), does(model.technique, "technique")]);
  const adapter = adapterOf(model, home);
  const tensors = { ...base.facts.shapes, ...(adapter === null ? {} : shapesIn(adapter)) };
  return {
    family,
    config: family.config(base.facts.config),
    technique: { call: model.technique, implementation: technique },
    prefixInCheckpoint: Object.keys(tensors).some((name) => name.startsWith(family.prefix)),
    tensors,
  };
}

function checkpointsOf(model: ModelPlan, base: Base, home: string): readonly string[] {
  const adapter = adapterOf(model, home);
  return [...(adapter === null ? [] : [adapter]), base.folder];
}

/** The file of the adapter that the technique starts from (PEFT's layout), if any. */
function adapterOf({ technique, folder }: ModelPlan, home: string): string | null {
  const from = technique.arguments["from"];
  if (typeof from !== "string") return null;
  return join(resolve(home, folder, from), "adapter_model.safetensors");
}

function shapesIn(file: string): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(Object.entries(readHeader(file).tensors).map(([name, { shape }]) => [name, shape]));
}

function headDropout(config: Readonly<Record<string, unknown>>): number | null {
  const rate = config["classifier_dropout"];
  return typeof rate === "number" ? rate : null;
}
