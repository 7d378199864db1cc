/** The steps of a training in one process: minibatches, private updates, or a single exact fit. */
import type { TrainingHook } from "../training/loop/hook.js";
import { resumedDynamics } from "../training/dynamics-hook.js";
import { minibatchSteps, pipelineSource } from "../training/steps.js";
import { exactHeadFit } from "./exact.js";
import { privateStepSource } from "./private.js";
import type { OpenTraining, StepProvider, TrainingSteps } from "./step-provider.js";
import { validatorFor } from "./validating.js";

export const localSteps: StepProvider = {
  attempt: (first, train) => train(first, openLocal),
};

async function openLocal(training: OpenTraining): Promise<TrainingSteps> {
  const { plan, material, open, wanted, resume } = training;
  const { session } = open;
  const exact = await exactHeadFit(plan, { ...material, session }, training);
  const privately = exact ? null : await privateStepSource(training);
  const validate = await validatorFor(wanted, material, open);
  if (exact) return { source: exact, hooks: [], validate };
  if (privately) return { ...privately, validate };
  const dynamics = labelDynamicsHook(training);
  const options = minibatchSteps({ plan, ...material, wantsLogits: dynamics !== null }, session);
  const source = pipelineSource(options, { plan, ...material }, resume?.position.step ?? 0);
  return { source, hooks: dynamics ? [dynamics] : [], validate };
}

/** Returns null if rows have no single label, or if the resumed run recorded nothing in its first steps. */
export function labelDynamicsHook({ material, run, resume }: OpenTraining): TrainingHook | null {
  const { rows, encoding } = material;
  const truth = rows.taught?.oneRight;
  if (!truth || !encoding.task.implementation.oneLabel) return null;
  return resumedDynamics(run, resume?.position.step ?? null, truth);
}
