/** The best trial is asked for, and none clears what its sweep requires. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { SweepHandle } from "../study/trial.js";
import type { NearestTrial } from "../display/sweeps/best.js";

/** Coded error `no-trial-clears`. */
export function demandClearedTrial({
  name,
  nearest,
}: Pick<SweepHandle, "name"> & { readonly nearest?: NearestTrial | null }): void {
  if (nearest) throw new CodedError("no-trial-clears", { sweep: name, ...nearest });
}

/** Its best trial; undefined: there is no such sweep, or none of its trials has a score. */
export function bestTrialOf(
  sweep: (Pick<SweepHandle, "name" | "best"> & { readonly nearest?: NearestTrial | null }) | undefined,
): SweepHandle["best"] | undefined {
  if (!sweep) return undefined;
  const { best } = sweep;
  if (best === null) demandClearedTrial(sweep);
  return best;
}
