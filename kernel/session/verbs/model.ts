/** `model`: resolves the base (downloading it where needed) and shows its sizes; the weights stay if nothing changed. */
import type { Action } from "#dsl/compiler/plan/action.js";
import { readerOf } from "#dsl/language/types/subject.js";
import { modelShown } from "../../display/plans/model-card.js";
import type { Stage } from "../execution-context.js";
import type { OpenSession } from "../open-session.js";

export async function runModel(
  session: OpenSession,
  { model, brought }: Extract<Action, { verb: "model" }>,
  stage: Stage,
): Promise<void> {
  const base = brought ? null : await session.datasets.base(readerOf(model), stage.hostContext);
  if (model.loaded) session.models.load(model, model.loaded.run);
  else session.models.define(model);
  // A sweep's best trial was defined by nobody: who asks it is shown the answer.
  if (base && !model.name.includes(".")) stage.screen.display(modelShown(model, base.facts));
}
