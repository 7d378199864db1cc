/** Whether the programs of a plan tell two texts in one row apart. */
import { implementationOf } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import type { Recipe } from "#dsl/compiler/plan/recipe.js";
import type { Base } from "./base.js";
import { loadImplementation } from "../host/load-implementation.js";

/** What of a plan says how texts become rows. */
export interface TextReadingPlan {
  readonly recipe: Pick<Recipe, "model" | "data">;
}

/** Whether a plan's rows are pairs of texts. */
export function hasTextPairs(plan: TextReadingPlan): boolean {
  return plan.recipe.data.columns["text_pair"] !== undefined;
}
/** Whether programs take token types: pairs (a question and its context are one), on a family that has a type for each of two texts. */
export async function usesTokenTypes(plan: TextReadingPlan, base: Pick<Base, "facts">): Promise<boolean> {
  const { rowFormat } = (await loadImplementation(plan.recipe.model.task, "task")).supervision;
  if (!rowFormat.usesTokenTypes(hasTextPairs(plan))) return false;
  const family = await implementationOf(registry, "model", base.facts.family);
  return (family.sizes(family.config(base.facts.config)).types ?? 0) > 1;
}
