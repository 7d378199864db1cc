/** From a plan to programs over a live store: the model family, its task, technique and optimiser, assembled and opened in the engine. */
import type { Plan } from "#dsl/plan/plan.js";
import { assemble } from "#stdlib/programs/assemble.js";
import type { Base } from "../bases/base.js";
import type { Engine, Session } from "../engine/engine.js";
import { join, resolve } from "node:path";
import { readHeader } from "../engine/safetensors.js";
import { does, implementationOf } from "./words.js";

export interface OpenModel {
  /** Programs `train`, or `accumulate` and `apply` where batches make updates together; `evaluate` of labels or `loss` of next tokens. */
  readonly session: Session;
  /** State that training changes: what a checkpoint holds. */
  readonly saved: readonly string[];
  readonly trainable: readonly string[];
  dispose(): Promise<void>;
}

export async function programsOf(plan: Plan, base: Base, labels: readonly string[], home: string) {
  const { model, training } = plan.recipe;
  const [family, task, technique, optimizer] = await Promise.all([
    implementationOf("model", base.facts.family),
    does(model.task, "task"),
    does(model.technique, "technique"),
    does(training.optimizer, "optimizer"),
  ]);
  const adapter = adapterOf(plan, home);
  const tensors = { ...base.facts.shapes, ...(adapter === null ? {} : shapesIn(adapter)) };
  return assemble({
    family,
    config: family.config(base.facts.config),
    task: { call: model.task, implementation: task },
    technique: { call: model.technique, implementation: technique },
    optimizer: { call: training.optimizer, implementation: optimizer },
    labels: labels.length,
    dropout: training.dropout,
    headDropout: headDropout(base.facts.config),
    clip: training.clip,
    prefixInCheckpoint: Object.keys(tensors).some((name) => name.startsWith(family.prefix)),
    tensors,
    seed: training.seed,
    packed: training.packing,
    accumulate: training.accumulate > 1,
    passes: { precision: training.precision, recompute: plan.effects.recompute },
  });
}

/** `home`: the folder that the plan's own folders are relative to (the notebook's). */
export async function openModel(engine: Engine, plan: Plan, base: Base, labels: readonly string[], home: string): Promise<OpenModel> {
  const assembled = await programsOf(plan, base, labels, home);
  const { supervision } = await does(plan.recipe.model.task, "task");
  const adapter = adapterOf(plan, home);
  const checkpoints = [...(adapter === null ? [] : [adapter]), base.folder];
  const { train, accumulate, apply, evaluate, loss } = assembled;
  const training = accumulate && apply ? { accumulate, apply } : { train };
  const scoring = supervision === "label" ? { evaluate } : { loss };
  const session = await engine.open({ ...training, ...scoring }, checkpoints);
  return { session, saved: assembled.resumable, trainable: assembled.trainable, dispose: () => session.dispose() };
}

/** The file of the adapter that the technique starts from (PEFT's layout), if any. */
function adapterOf(plan: Plan, home: string): string | null {
  const { technique, folder } = plan.recipe.model;
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
