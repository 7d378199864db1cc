/** Settings of a training: a recipe's, and the statement's own over them. */
import type { Program, NamedTraining } from "../plan/program.js";
import type { GivenValue } from "../../language/types/given-value.js";
import type { Span } from "../../language/diagnostics/span.js";

/** Settings of a run: the recipe after `with` as it is now, and the statement's own keys over it. */
export function settingsOf(
  program: Program,
  run: Pick<NamedTraining, "recipe" | "ownSettings">,
): ReadonlyMap<string, GivenValue> {
  const recipe = run.recipe ? (program.names.get(run.recipe.name)?.draft ?? run.recipe) : null;
  const settings = new Map([...(recipe?.given ?? []), ...run.ownSettings]);
  if (run.ownSettings.has("steps") && !run.ownSettings.has("epochs")) settings.delete("epochs");
  if (run.ownSettings.has("epochs") && !run.ownSettings.has("steps")) settings.delete("steps");
  return settings;
}

/** Both at once in one block is the mistake; a later `steps` over a recipe's `epochs` is a change. */
export function checkDuration(
  program: Program,
  given: ReadonlyMap<string, GivenValue>,
  keys: readonly string[],
  here: Span,
): void {
  if (keys.includes("epochs") && keys.includes("steps"))
    program.reportNear("epochs-and-steps", {}, given.get("steps")?.span, here);
}
