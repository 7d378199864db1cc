/** `recipe`: a name for settings; nothing runs. TypeScript sees what was written. */
import type { Action } from "#dsl/plan/plan.js";
import type { Stage, TuneSession } from "../tune-session.js";

export async function runRecipe(
  session: TuneSession,
  { name, recipe }: Extract<Action, { verb: "recipe" }>,
  stage: Stage,
): Promise<void> {
  void stage;
  session.names.define(name, Object.freeze({ ...recipe }), "Readonly<Record<string, unknown>>");
}
