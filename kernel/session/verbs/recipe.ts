/** `recipe`: names settings; nothing runs. TypeScript receives the settings as written. */
import type { Action } from "#dsl/compiler/plan/action.js";
import type { ExecutionContext } from "../execution-context.js";
import type { OpenSession } from "../open-session.js";

export async function defineRecipe(
  session: OpenSession,
  { name, recipe }: Extract<Action, { verb: "recipe" }>,
  context: ExecutionContext,
): Promise<void> {
  void context;
  session.names.define(name, Object.freeze({ ...recipe }), "Readonly<Record<string, unknown>>");
}
