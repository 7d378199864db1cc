/**
 * `repeats: n` of a training: the same recipe n times, with the seeds s, s + 1, …, each an ordinary training that could
 * be written (`train m on d as m_2 { seed: 1 }`). Together they show how far scores vary by chance; the best by
 * validation is saved under the name. The recipe hash is that of its seed; `repeats` is only in the plan's hash.
 */
import { hashOf, planHash, recipeHash } from "./hash.js";
import type { Plan } from "./plan.js";

export interface RepeatPlan {
  readonly name: string;
  readonly plan: Plan;
}

/** Returns the name of the training with the `number`th seed (from 1). */
export const repeatName = (name: string, number: number): string => `${name}_${String(number)}`;

/** Returns the trainings that a plan with `repeats` stands for. */
export function repeatPlansOf({ recipe, effects: { repeats = 1, ...effects }, ...plan }: Plan): readonly RepeatPlan[] {
  return Array.from({ length: repeats }, (_, i) => {
    const seededRecipe = { ...recipe, training: { ...recipe.training, seed: recipe.training.seed + i } };
    const name = repeatName(effects.run, i + 1);
    const runEffects = { ...effects, run: name };
    const hashes = { recipeHash: recipeHash(seededRecipe), planHash: planHash(seededRecipe, runEffects) };
    return { name, plan: { ...plan, recipe: seededRecipe, effects: runEffects, ...hashes } };
  });
}

/** Returns the hash that identifies the weights saved from several seeds, before it is known which seed is best. */
export function repeatsHash(recipe: string, repeats: number): string {
  return hashOf({ recipe, repeats });
}
