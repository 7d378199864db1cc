/**
 * `model`: resolves the base (downloads it if needed) and shows its sizes; the weights are kept if nothing changed.
 */
import type { Action } from "#dsl/compiler/plan/action.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { modelView } from "../../display/plans/model-card.js";
import type { ExecutionContext } from "../execution-context.js";
import type { OpenSession } from "../open-session.js";

export async function runModelStatement(
  session: OpenSession,
  { model, brought }: Extract<Action, { verb: "model" }>,
  context: ExecutionContext,
): Promise<void> {
  const base = brought ? null : await session.datasets.base(dataReadingSettingsOf(model), context.hostContext);
  if (model.loaded) session.models.load(model, model.loaded.run);
  else session.models.define(model);
  // A sweep's best trial was not defined by a statement, so its model is not shown.
  if (base && !model.name.includes(".")) context.screen.display(modelView(model, base.facts));
}
