/** Decides whether the programs of a plan distinguish the two texts of a pair. */
import { implementationOf } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import type { Recipe } from "#dsl/compiler/plan/plan.js";
import type { BaseModel } from "./base.js";
import { loadImplementation } from "../host/load-implementation.js";

export interface ModelAndDataPlan {
  readonly recipe: Pick<Recipe, "model" | "data">;
}

export function hasTextPairs(plan: ModelAndDataPlan): boolean {
  return plan.recipe.data.columns["text_pair"] !== undefined;
}
/**
 * Returns whether programs take token types: for pairs (including question and context), in families with a type per
 * text.
 */
export async function usesTokenTypes(plan: ModelAndDataPlan, base: Pick<BaseModel, "facts">): Promise<boolean> {
  const { rowFormat } = (await loadImplementation(plan.recipe.model.task, "task")).supervision;
  if (!rowFormat.usesTokenTypes(hasTextPairs(plan))) return false;
  const family = await implementationOf(registry, "model", base.facts.family);
  return (family.sizes(family.config(base.facts.config)).types ?? 0) > 1;
}
