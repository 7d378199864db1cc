/**
 * `train`: shows the plan card, then the run with its live view; afterwards the name refers to the best or last
 * checkpoint.
 */
import type { Action } from "#dsl/compiler/plan/action.js";
import { planCardView } from "../../display/plans/plan-card.js";
import { LiveTraining, trainingTitle } from "../../session/live-training.js";
import { type ExecutionContext, isVerifying } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { detachGroup } from "../../sweep-runs/detach-group.js";
import { trainDetached } from "./detached-training.js";
import { trainWithRanks } from "../../sweep-runs/train-with-ranks.js";
import { trainFolds } from "../../sweep-runs/repeats/folds.js";
import { trainRepeats } from "../../sweep-runs/repeats/repeats.js";
import { reportBeforeAfterScores } from "../../training-runs/before-after-scores.js";
import { trainNamedModel } from "../../training-runs/train-named.js";

export async function runTrain(
  session: OpenSession,
  action: Extract<Action, { verb: "train" }>,
  context: ExecutionContext,
): Promise<void> {
  if (action.detach && !isVerifying(session))
    return action.folds || action.repeats
      ? detachGroup(session, action, context)
      : trainDetached(session, action, context);
  const { plan, name, folds, repeats } = action;
  const id = `train-${name}-${Date.now().toString(36)}`;
  const planned = (folded: boolean) => ({
    ...planCardView(plan, { id: `${id}-plan`, folded, ...(folds && { folds: folds.length }) }),
    id: `${id}-plan`,
    fixedText: true as const,
  });
  context.screen.display(planned(false));
  const onTrained = (): void => context.screen.update(planned(true));
  await trainWithRanks(session, action, context, async (gathers) => {
    const shared = { ...action, gathers };
    if (folds) return trainFolds(session, { ...shared, folds }, context, { id, onTrained });
    if (repeats) return trainRepeats(session, { ...shared, repeats }, context, { id, onTrained });
    const live = new LiveTraining(context.screen, id, trainingTitle(plan), plan);
    const shows = { live, onTrained: () => (live.finish(), onTrained()) };
    const handle = await trainNamedModel(session, shared, context, shows);
    if (action.forgetting !== false) await reportBeforeAfterScores(session, { handle, span: action.span }, context);
  });
}
