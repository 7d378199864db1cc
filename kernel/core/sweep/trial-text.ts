/** A trial as the Tune program that one could write. */
import type { SweepPlan } from "#dsl/plan/plan.js";
import { registry } from "#stdlib/registry.js";

/**
 * The Tune program of one trial. `modelKeys` are the first parts of paths that belong to the model; the rest belongs to
 * the recipe.
 */
export function trialText(
  plan: SweepPlan,
  values: Readonly<Record<string, string>>,
  modelKeys: ReadonlySet<string>,
  as: string,
  names?: { readonly model: string },
): string {
  const entries = Object.entries(values);
  const ofModel = entries.filter(([path]) => modelKeys.has(path.split(".")[0]!));
  const ofRecipe = entries.filter(([path]) => !modelKeys.has(path.split(".")[0]!));
  const model = names?.model ?? `${as}_model`;
  const lines: string[] = [];
  if (ofModel.length > 0)
    lines.push(`model ${model} like ${plan.model} { ${ofModel.map(([k, v]) => `${k}: ${v}`).join(", ")} }`);
  const subject = ofModel.length > 0 ? model : plan.model;
  const recipe = plan.recipe === null ? "" : ` with ${plan.recipe}`;
  const block = ofRecipe.length > 0 ? ` { ${ofRecipe.map(([k, v]) => `${k}: ${v}`).join(", ")} }` : "";
  lines.push(`train ${subject} on ${plan.data}${recipe} as ${as}${block}`);
  return lines.join("\n");
}

/** First parts of the paths that belong to the model. */
export function modelKeys(): ReadonlySet<string> {
  return new Set(registry.find("verb", "model")?.parameters.map((p) => p.name));
}
