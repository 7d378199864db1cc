/** Hashes of all recipes, and the differences between two sets of hashes. */
import { join } from "node:path";
import { root } from "#tests/imports.js";
import { hashesOf, programsOf, type Hashes } from "./emit.js";
import { actionsOf, plansIn, type Planned } from "./plans.js";
import { programs } from "./recipes.js";

export const FILE = join(root, "tests/house/graphs/hashes.json");

/** Hashes by recipe: `recipe` of its plan, and the hashes of its graphs. */
export type AllHashes = Readonly<Record<string, Hashes>>;

/** Returns every plan of every program, by the program's title and the run's name. */
export async function plannedAll(): Promise<ReadonlyMap<string, Planned>> {
  const all = new Map<string, Planned>();
  for (const [title, text] of Object.entries(programs))
    for (const [run, planned] of plansIn(await actionsOf(title, text))) all.set(`${title} → ${run}`, planned);
  return all;
}

/** Hashes each recipe once: programs that share a model would emit it again. */
export async function hashAll(): Promise<AllHashes> {
  const seen = new Set<string>();
  const all: Record<string, Hashes> = {};
  for (const [name, planned] of await plannedAll()) {
    const { recipeHash } = planned.plan;
    if (seen.has(recipeHash)) continue;
    seen.add(recipeHash);
    all[name] = { recipe: recipeHash, ...hashesOf(await programsOf(planned)) };
  }
  return all;
}

/** Returns one sentence for each recipe that is new, removed or has a different hash. */
export function differences(committed: AllHashes, now: AllHashes): readonly string[] {
  const names = [...new Set([...Object.keys(committed), ...Object.keys(now)])];
  return names.flatMap((name) => {
    const [before, after] = [committed[name], now[name]];
    if (!before) return [`${name} is new: --write adds it`];
    if (!after) return [`${name} is gone`];
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    const moved = keys.filter((key) => before[key] !== after[key]);
    return moved.length === 0 ? [] : [`${name} changed: ${moved.join(", ")}`];
  });
}
