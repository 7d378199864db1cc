/** Writes a trial as a Tune program. */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { registry } from "#stdlib/registry.js";

/**
 * Writes the Tune program of one trial. `modelSettingKeys` are the first parts of paths that belong to the model. The data
 * have their own keys, and all others belong to the recipe.
 */
export function trialProgramText(
  plan: Pick<SweepPlan, "model" | "data" | "recipe">,
  values: Readonly<Record<string, string>>,
  modelKeys: ReadonlySet<string>,
  as: string,
  names?: { readonly model: string; readonly data?: string },
): string {
  const ofData = dataSettingKeys();
  const linesByVerb = { data: [] as string[], model: [] as string[], recipe: [] as string[] };
  for (const [path, value] of Object.entries(values)) {
    const root = path.split(".")[0]!;
    const verb = modelKeys.has(root) ? "model" : ofData.has(root) ? "data" : "recipe";
    linesByVerb[verb].push(`${writtenAs(path)}: ${value}`);
  }
  const model = linesByVerb.model.length > 0 ? (names?.model ?? `${as}_model`) : plan.model;
  const data = linesByVerb.data.length > 0 ? (names?.data ?? `${as}_data`) : plan.data;
  const recipe = plan.recipe === null ? "" : ` with ${plan.recipe}`;
  const block = linesByVerb.recipe.length > 0 ? ` { ${linesByVerb.recipe.join(", ")} }` : "";
  return [
    ...(linesByVerb.data.length > 0 ? [`data ${data} like ${plan.data} { ${linesByVerb.data.join(", ")} }`] : []),
    ...(linesByVerb.model.length > 0 ? [`model ${model} like ${plan.model} { ${linesByVerb.model.join(", ")} }`] : []),
    `train ${model} on ${data}${recipe} as ${as}${block}`,
  ].join("\n");
}

/** Returns the first parts of the paths that belong to the model. */
export function modelSettingKeys(): ReadonlySet<string> {
  return keysOf("model");
}
/** Returns the first parts of the paths that belong to the data. */
export function dataSettingKeys(): ReadonlySet<string> {
  return keysOf("data");
}
function keysOf(verb: "data" | "model"): ReadonlySet<string> {
  return new Set(registry.find("verb", verb)?.parameters.map((p) => p.name));
}
/** Returns the key in a definition, which may differ from the path of a sweep. */
function writtenAs(path: string): string {
  const data = registry.find("verb", "data")?.parameters ?? [];
  return data.find((p) => p.variedAs === path)?.name ?? path;
}
