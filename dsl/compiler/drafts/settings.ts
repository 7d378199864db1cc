/** Settings of a training: the recipe's, overridden by the statement's own. */
import type { Program, NamedTraining } from "../plan/program.js";
import type { GivenValue } from "../../language/types/value.js";
import type { Span } from "../../language/diagnostics/span.js";

/** Returns the settings of a run: the current recipe after `with`, overridden by the statement's own keys. */
export function trainingSettingsOf(
  program: Program,
  run: Pick<NamedTraining, "recipe" | "ownSettings">,
): ReadonlyMap<string, GivenValue> {
  const recipe = run.recipe ? (program.names.get(run.recipe.name)?.draft ?? run.recipe) : null;
  const settings = new Map([...(recipe?.given ?? []), ...run.ownSettings]);
  if (run.ownSettings.has("steps") && !run.ownSettings.has("epochs")) settings.delete("epochs");
  if (run.ownSettings.has("epochs") && !run.ownSettings.has("steps")) settings.delete("steps");
  return settings;
}

/** Reports `steps` and `epochs` in the same block. A later `steps` over a recipe's `epochs` is an override. */
export function checkEpochsOrSteps(
  program: Program,
  given: ReadonlyMap<string, GivenValue>,
  keys: readonly string[],
  here: Span,
): void {
  if (keys.includes("epochs") && keys.includes("steps"))
    program.reportNear("epochs-and-steps", {}, given.get("steps")?.span, here);
}
