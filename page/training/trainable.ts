/** Which trainings a page supports: one training of a text classifier. The compiler checks its memory. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { loadImplementation } from "#kernel/host/load-implementation.js";
import { startFolderOf } from "#stdlib/techniques/shared/from-parameter.js";
import { weightStorageOf } from "#stdlib/storages/shared/storage.js";

export type TrainAction = Extract<Action, { readonly verb: "train" }>;

const refused = (what: string, why: string): CodedError => new CodedError("not-trained-on-page", { what, why });

/** Returns the training of this name, or the first one. Throws the coded error `not-trained-on-page`. */
export function findTraining(actions: readonly Action[], name: string | null): TrainAction {
  const all = actions.filter((action) => action.verb === "train");
  const one = all.find((action) => action.name === name) ?? all[0];
  if (one) return one;
  const other = actions.find(({ verb }) => verb === "sweep" || verb === "federate" || verb === "update");
  if (other) throw refused(`\`${other.verb}\``, "it trains what `train` says, once");
  throw refused("this program", "it has no `train` statement");
}

/** Throws the coded error `not-trained-on-page`. */
export async function demandTrainable({ plan, folds, repeats, calibrate }: TrainAction): Promise<void> {
  const { model, training } = plan.recipe;
  if (folds) throw refused("folds", "they are several trainings");
  if (repeats) throw refused("`repeats`", "they are several trainings");
  if (plan.effects.detach) throw refused("`detach`", "what it trains ends with the page");
  if (plan.effects.runner) throw refused(`\`runner: ${plan.effects.runner.word}\``, "it starts no other processes");
  if (calibrate) throw refused("`calibrate`", "it fits nothing to the validation rows afterwards");
  if (training.privacy) throw refused("`privacy`", "its noise would come from no source that the promise may rest on");
  if (training.precision !== "f32") throw refused(`\`precision: ${training.precision}\``, "it computes in f32");
  if (model.scratch) throw refused("a model from scratch", "its tokenizer is trained where Tunebook is installed");
  if (startFolderOf(model.technique) !== null) throw refused("what begins `from:` a folder", "a page reads no folder");
  if (weightStorageOf(model.storage).weights !== "f32") throw refused("`storage`", "weights lie in memory as f32");
  await demandKnown(plan);
}

async function demandKnown({ recipe: { model } }: Plan): Promise<void> {
  const [task, technique] = await Promise.all([
    loadImplementation(model.task, "task"),
    loadImplementation(model.technique, "technique"),
  ]);
  if (!task.supervision.rowFormat.supports.pageTraining || !task.answers?.score)
    throw refused(`\`task: ${model.task.word}\``, "its rows are more than one text with an answer");
  if (technique.merges?.(model.technique)) throw refused("`merge: true`", "it writes adapters");
}

/** Reports whether its head is fitted exactly, not trained by steps. */
export async function isHeadFittedExactly({ plan }: Pick<TrainAction, "plan">): Promise<boolean> {
  const { technique } = plan.recipe.model;
  return (await loadImplementation(technique, "technique")).exact?.(technique) === true;
}
