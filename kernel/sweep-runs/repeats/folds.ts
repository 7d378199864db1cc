/** `train` on data in folds: trains one fold after another, in one figure. */
import { foldsView } from "../../display/scores/folds.js";
import { modelTypeText } from "../../models/model-handle.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { validationScoresOf, trainGroupMembers, type GroupMemberTraining, type TrainAction } from "./train-each.js";

export async function trainFolds(
  session: OpenSession,
  { folds, ...action }: TrainAction & { readonly folds: NonNullable<TrainAction["folds"]> },
  context: ExecutionContext,
  { id, onTrained }: { readonly id: string; readonly onTrained: () => void },
): Promise<void> {
  const handles = await trainGroupMembers(session, action, foldTrainingsOf(folds), context, id);
  onTrained();
  const { name, plan } = action;
  session.names.define(
    name,
    { name, folds: handles },
    `{ readonly name: string; readonly folds: readonly (${modelTypeText(plan.recipe.model)})[] }`,
  );
  const scores = handles.map((handle) => ({
    model: handle.name,
    rows: handle.weights?.data.splits["validation"]?.rows ?? 0,
    metrics: validationScoresOf(handle),
  }));
  context.screen.display(foldsView(scores, { title: `Folds of ${name}` }));
}

/** Returns the trainings in the order of display. */
export function foldTrainingsOf(folds: NonNullable<TrainAction["folds"]>): readonly GroupMemberTraining[] {
  return folds.map(({ name, plan }, i) => {
    const { model, data } = plan.recipe;
    return { name, plan, title: `Fold ${String(i + 1)} of ${String(folds.length)}: ${model.name} on ${data.name}` };
  });
}
