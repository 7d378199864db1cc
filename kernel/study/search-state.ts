/**
 * Where the search of a sweep runs: in the notebook, or next to its workers on their cluster, where it continues
 * without the notebook.
 */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { workerCapabilitiesOf } from "#dsl/compiler/plan/ranks.js";
import { registry } from "#stdlib/registry.js";

export interface SearchLocation {
  readonly where: "here" | "cluster";
  /** Whether the program requests this location. */
  readonly isRequested: boolean;
  /** Why the search cannot run on the cluster; null if it can. */
  readonly why: string | null;
}

/** Returns null if the sweep has no runner, or its runner uses no cluster. */
export function searchRunLocationOf(sweep: SweepPlan): SearchLocation | null {
  const { runner } = sweep;
  const search = runner && workerCapabilitiesOf(registry, runner)?.searchPlace;
  if (!search) return null;
  const requested = search(runner);
  const why = readHere(sweep);
  if (requested !== null) return { where: requested, isRequested: true, why };
  return { where: why === null ? "cluster" : "here", isRequested: false, why };
}

/** Returns an input that only the notebook's machine has; null if there is none. */
function readHere({ start = [], plan: { recipe } }: SweepPlan): string | null {
  const { model, data } = recipe;
  if (start.length > 0) return "it starts from a journal of this folder";
  if (model.trained) return `${model.name} starts from weights that were trained here`;
  if (model.loaded) return `${model.name} is a run of this folder`;
  const path = fromRoot(data.source);
  return path === null ? null : `${data.name} reads ${path}, a path from this machine's root`;
}

function fromRoot(value: unknown): string | null {
  if (typeof value === "string") return /^(?:\/[^/]|[A-Za-z]:[\\/])/.test(value) ? value : null;
  if (typeof value !== "object" || value === null) return null;
  for (const part of Object.values(value)) {
    const found = fromRoot(part);
    if (found !== null) return found;
  }
  return null;
}
