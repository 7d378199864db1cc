/** Handles a request for a sweep's best trial when no trial meets the sweep's requirements. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { SweepHandle } from "../study/trial.js";
import type { NearestTrial } from "../display/sweeps/best.js";

/** Throws the coded error `no-trial-clears`. */
export function demandClearedTrial({
  name,
  nearest,
}: Pick<SweepHandle, "name"> & { readonly nearest?: NearestTrial | null }): void {
  if (nearest) throw new CodedError("no-trial-clears", { sweep: name, ...nearest });
}

/** Returns the best trial; undefined if the sweep does not exist or none of its trials has a score. */
export function bestTrialOf(
  sweep: (Pick<SweepHandle, "name" | "best"> & { readonly nearest?: NearestTrial | null }) | undefined,
): SweepHandle["best"] | undefined {
  if (!sweep) return undefined;
  const { best } = sweep;
  if (best === null) demandClearedTrial(sweep);
  return best;
}
