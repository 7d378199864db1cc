/** Whether the programs of a plan tell two texts in one row apart. */
import { implementationOf } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import type { Recipe } from "#dsl/compiler/plan/recipe.js";
import type { Base } from "./base.js";
import { does } from "../host/load-implementation.js";

/** What of a plan says how texts become rows. */
export interface Reading {
  readonly recipe: Pick<Recipe, "model" | "data">;
}

/** Whether a plan's rows are pairs of texts. */
export function pairsIn(plan: Reading): boolean {
  return plan.recipe.data.columns["text_pair"] !== undefined;
}
/** Whether programs take token types: pairs (a question and its context are one), on a family that has a type for each of two texts. */
export async function typesOf(plan: Reading, base: Pick<Base, "facts">): Promise<boolean> {
  const { rowFormat } = (await does(plan.recipe.model.task, "task")).supervision;
  if (!rowFormat.usesTokenTypes(pairsIn(plan))) return false;
  const family = await implementationOf(registry, "model", base.facts.family);
  return (family.sizes(family.config(base.facts.config)).types ?? 0) > 1;
}
