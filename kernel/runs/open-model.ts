/** From a plan to programs over a live store: the model family, its task, technique and optimiser, assembled and opened in the engine. */
import type { Plan } from "#dsl/plan/plan.js";
import { assemble } from "#stdlib/programs.js";
import type { Base } from "../bases/base.js";
import type { Engine, Session } from "../engine/engine.js";
import { does, implementationOf } from "./words.js";

export interface OpenModel {
  readonly session: Session;
  /** State that training changes: what a checkpoint holds. */
  readonly saved: readonly string[];
  readonly trainable: readonly string[];
  dispose(): Promise<void>;
}

export async function programsOf(plan: Plan, base: Base, labels: readonly string[]) {
  const { model, training } = plan.recipe;
  const [family, task, technique, optimizer] = await Promise.all([
    implementationOf("model", base.facts.family),
    does(model.task, "task"),
    does(model.technique, "technique"),
    does(training.optimizer, "optimizer"),
  ]);
  return assemble({
    family,
    config: base.facts.config,
    task: { call: model.task, does: task },
    technique: { call: model.technique, does: technique },
    optimizer: { call: training.optimizer, does: optimizer },
    labels: labels.length,
    dropout: training.dropout,
    clip: training.clip,
    shapes: base.facts.shapes,
    seed: training.seed,
  });
}

export async function openModel(engine: Engine, plan: Plan, base: Base, labels: readonly string[]): Promise<OpenModel> {
  const assembled = await programsOf(plan, base, labels);
  const adapter = plan.recipe.model.technique.arguments["from"];
  const checkpoints = [...(typeof adapter === "string" ? [adapter] : []), base.folder];
  const session = await engine.open({ train: assembled.train, evaluate: assembled.evaluate }, checkpoints);
  return { session, saved: assembled.saved, trainable: assembled.trainable, dispose: () => session.dispose() };
}
