/** The steps of a training in one process: minibatches, private updates, or a single exact fit. */
import type { TrainingHook } from "../training/loop/hook.js";
import { resumedDynamicsHook } from "../training/dynamics-hook.js";
import { openTrainingSteps } from "./basic-steps.js";
import { privateStepSource } from "./private.js";
import type { OpenTraining, StepProvider, TrainingSteps } from "./step-provider.js";
import { validatorFor } from "./validating.js";

export const localStepProvider: StepProvider = {
  attempt: (first, train) => train(first, openLocal),
};

async function openLocal(training: OpenTraining): Promise<TrainingSteps> {
  const privately = await privateStepSource(training);
  if (!privately) return openTrainingSteps(training, () => labelDynamicsHook(training));
  return { ...privately, validate: await validatorFor(training.wanted, training.material, training.open) };
}

/** Returns null if rows have no single label, or if the resumed run recorded nothing in its first steps. */
export function labelDynamicsHook({ material, run, resume }: OpenTraining): TrainingHook | null {
  const { rows, encoding } = material;
  const truth = rows.taught?.oneRight;
  if (!truth || !encoding.task.implementation.oneLabel) return null;
  return resumedDynamicsHook(run, resume?.position.step ?? null, truth);
}
