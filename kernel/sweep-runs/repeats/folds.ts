/** `train` on data in folds: one training after another, shown in one picture. */
import { foldsShown } from "../../display/scores/folds.js";
import { typeOf } from "../../models/model-handle.js";
import type { Stage } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { keptScores, trainEach, type Each, type Train } from "./train-each.js";

export async function trainFolds(
  session: OpenSession,
  { folds, ...action }: Train & { readonly folds: NonNullable<Train["folds"]> },
  stage: Stage,
  { id, onTrained }: { readonly id: string; readonly onTrained: () => void },
): Promise<void> {
  const handles = await trainEach(session, action, foldsOf(folds), stage, id);
  onTrained();
  const { name, plan } = action;
  session.names.define(
    name,
    { name, folds: handles },
    `{ readonly name: string; readonly folds: readonly (${typeOf(plan.recipe.model)})[] }`,
  );
  const scores = handles.map((handle) => ({
    model: handle.name,
    rows: handle.weights?.data.splits["validation"]?.rows ?? 0,
    metrics: keptScores(handle),
  }));
  stage.screen.display(foldsShown(scores, { title: `Folds of ${name}` }));
}

/** As they are shown. */
export function foldsOf(folds: NonNullable<Train["folds"]>): readonly Each[] {
  return folds.map(({ name, plan }, i) => {
    const { model, data } = plan.recipe;
    return { name, plan, title: `Fold ${String(i + 1)} of ${String(folds.length)}: ${model.name} on ${data.name}` };
  });
}
