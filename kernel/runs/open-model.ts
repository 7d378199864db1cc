/** From a plan to programs over a live store: the model family, its task, technique and optimiser, assembled and opened in the engine. */
import type { Plan } from "#dsl/plan/plan.js";
import { assemble } from "#stdlib/programs.js";
import type { Base } from "../bases/resolve.js";
import type { Engine, Session } from "../engine/engine.js";
import { does, implementationOf } from "./words.js";

export interface OpenModel {
  readonly session: Session;
  /** State that training changes: what a checkpoint holds. */
  readonly saved: readonly string[];
  readonly trainable: readonly string[];
  dispose(): Promise<void>;
}

export async function openModel(engine: Engine, plan: Plan, base: Base, labels: readonly string[]): Promise<OpenModel> {
  const { model, training } = plan.recipe;
  const [family, task, technique, optimizer] = await Promise.all([
    implementationOf("model", base.facts.family),
    does(model.task, "task"),
    does(model.technique, "technique"),
    does(training.optimizer, "optimizer"),
  ]);
  const assembled = assemble({
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
  const adapter = model.technique.arguments["from"];
  const session = await engine.open({ train: assembled.train, evaluate: assembled.evaluate }, [...(typeof adapter === "string" ? [adapter] : []), base.folder]);
  return { session, saved: assembled.saved, trainable: assembled.trainable, dispose: () => session.dispose() };
}
