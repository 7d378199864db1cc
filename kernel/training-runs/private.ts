/** Private trainings: refuses what cannot be private, and makes the private updates. */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Plan, PrivacyPlan } from "#dsl/compiler/plan/plan.js";
import { registry } from "#stdlib/registry.js";
import { loadImplementation } from "../host/load-implementation.js";
import { privacySpendingHook } from "../training/private/hook.js";
import { privateStepOptions, PrivacySpending, spentStepCount } from "../training/private/private.js";
import { openPrivateUpdates } from "../training/private/open.js";
import { learningRateSchedule, pipelineSource } from "../training/steps.js";
import type { OpenTraining, TrainingSteps } from "./step-provider.js";

/** Returns the privacy plan of a training in which each row is private; null for other trainings. */
export function rowPrivacyOf({ recipe }: Pick<Plan, "recipe">): PrivacyPlan | null {
  const { privacy } = recipe.training;
  return privacy?.unit === "row" ? privacy : null;
}

/**
 * Throws the coded error `privacy-refused` for what no rule of the language refuses already.
 * @param ranks whether several processes share the updates
 */
export async function refuseUnsupportedPrivacy(
  { recipe }: Plan,
  { ranks }: { readonly ranks: boolean },
): Promise<void> {
  const { model, data, training, update } = recipe;
  const refuse = (why: string, instead: string): never => {
    throw new CodedError("privacy-refused", { why, instead });
  };
  const { task, technique } = model;
  if ((await loadImplementation(technique, "technique")).exact?.(technique) === true)
    refuse("a head that is found at once is found from all rows together", "remove `fit: exact`");
  if (registry.find("task", task.word)?.capabilities?.batchwise?.(task, Object.keys(data.columns)) === true)
    refuse(
      `the loss of ${task.word} compares each text with all others of its batch`,
      "use a loss that treats each pair separately: `loss: cosine` or `loss: contrastive`",
    );
  if (update) refuse("strategies store information about earlier rows", "train without `update`");
  if (training.packing) refuse("with `packing` several texts share a row", "write `packing: false`");
  if (ranks) refuse("its updates are shared by several processes", "train it in one process: remove `runner`");
}

/** Returns null if rows are not private. Adds to the session what is needed for rows that were split into several. */
export async function privateStepSource(
  training: Omit<OpenTraining, "wanted" | "hostContext">,
): Promise<Pick<TrainingSteps, "source" | "hooks"> | null> {
  const { plan, material, open, run, resume } = training;
  const privacy = rowPrivacyOf(plan);
  if (!privacy) return null;
  const { rows, loader } = material;
  const programs = mustExist(open.learning.private, "the programs of private updates");
  const accountant = await loadImplementation(privacy.call, "privacy");
  const batchSize = plan.recipe.training.batch_size;
  const updates = await openPrivateUpdates(open.session, programs, { rows, loader, privacy, batchSize });
  const spending = new PrivacySpending(privacy, accountant, spentStepCount(run.everything(), resume?.position.privacy));
  const options = privateStepOptions(open.session, updates, learningRateSchedule({ plan, ...material }));
  const source = pipelineSource(options, { plan, loader }, resume?.position.step ?? 0);
  // Label dynamics would reveal the model's confidence per row, which privacy must hide.
  return { source, hooks: [privacySpendingHook(spending)] };
}
