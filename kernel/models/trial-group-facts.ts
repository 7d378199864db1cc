/** Compiler facts of several trainings that run as one. */
import { resolve } from "node:path";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { RunFacts } from "#dsl/language/types/facts.js";
import type { Value } from "#dsl/language/types/value.js";
import { runsFolderOf, type TrialGroup } from "../runs/together/trial-groups.js";

export function trialGroupFacts(group: TrialGroup): RunFacts {
  const { folder, name, hash, several } = group;
  const plan = several.is === "sweep" ? several.sweep.plan : several.plan;
  const { model } = plan.recipe;
  // The parent of the runs folder, as for every notebook.
  const home = resolve(runsFolderOf(group), "..");
  const facts = { folder, name, recipeHash: hash, model: { ...model, folder: resolve(home, model.folder) } };
  if (several.is !== "sweep") return { ...facts, together: { is: several.is === "repeats" ? "one" : "each" } };
  const { training } = plan.recipe;
  return {
    ...facts,
    together: {
      is: "sweep",
      model: written(plan, "model", { ...model }),
      recipe: written(plan, "training", { ...training }),
    },
  };
}

/**
 * Returns only explicitly written settings: defaults follow by themselves, and the attaching notebook names the base.
 */
function written(
  { origins }: Plan,
  part: string,
  settings: Readonly<Record<string, unknown>>,
): Readonly<Record<string, Value>> {
  const writtenSettings = Object.entries(settings).filter(([key]) => {
    const from = origins[`${part}.${key}`]?.from;
    return key !== "base" && from !== undefined && from !== "default" && from !== "derived";
  });
  return Object.fromEntries(writtenSettings) as Readonly<Record<string, Value>>;
}
