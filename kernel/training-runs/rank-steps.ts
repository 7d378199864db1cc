/** The steps of a training whose updates a process group shares, on rank 0. */
import { sharedStateLayoutOf } from "../remote/process-group/start-group.js";
import { CommunicationTimeHook } from "../remote/process-group/communication.js";
import { RootStepSource } from "../remote/process-group/group-source.js";
import { runWithGroup, type ProcessGroup, type GroupLauncher, type LostRank } from "./process-group.js";
import { labelDynamicsHook } from "./local-steps.js";
import type { OpenTraining, StepProvider, TrainingSteps } from "./step-provider.js";
import { validatorFor } from "./validating.js";

/** @param onReplaced called when a rank was lost and the training continues with new ones */
export function rankStepProvider(gathers: GroupLauncher, onReplaced?: (replaced: LostRank) => void): StepProvider {
  return {
    sharesUpdates: true,
    attempt: (first, train) =>
      runWithGroup({ ...first, onReplaced }, gathers, (again, gang) =>
        train(again, (training) => openGroup(gang, training)),
      ),
  };
}

async function openGroup(gang: ProcessGroup, training: OpenTraining): Promise<TrainingSteps> {
  const { plan, material, open, run, resume, wanted, signal } = training;
  const done = resume?.position.step ?? 0;
  const { session } = open;
  const shares = await sharedStateLayoutOf(session, {
    ...open.states,
    averages: plan.recipe.training.average !== undefined,
  });
  await gang.begin(session, shares, done);
  const validate = await validatorFor(wanted, material, open);
  const dynamics = labelDynamicsHook(training);
  const options = { plan, ...material, session, hub: gang.hub, shares, signal, wantsLogits: dynamics !== null };
  const { ranks } = plan.estimates;
  return {
    source: new RootStepSource(options, done),
    hooks: [...(dynamics ? [dynamics] : []), ...(ranks ? [new CommunicationTimeHook(ranks, run.everything())] : [])],
    validate,
  };
}
