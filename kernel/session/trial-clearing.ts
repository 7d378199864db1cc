/** The best trial of a sweep, and the error if no trial meets the sweep's requirements. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { SweepInTypeScript } from "../study/trial.js";
import type { TrialNearestToThresholds } from "../display/sweeps/best.js";
import { hasWeights } from "./kept-weights.js";

/** Throws the coded error `no-trial-clears`. */
export function demandTrialMeetsThresholds({
  name,
  nearest,
}: Pick<SweepInTypeScript, "name"> & { readonly nearest?: TrialNearestToThresholds | null }): void {
  if (nearest) throw new CodedError("no-trial-clears", { sweep: name, ...nearest });
}

/** Returns the best trial; undefined if the sweep does not exist or none of its trials has a score. */
export function bestTrialOf(
  sweep:
    | (Pick<SweepInTypeScript, "name" | "best"> & { readonly nearest?: TrialNearestToThresholds | null })
    | undefined,
): SweepInTypeScript["best"] | undefined {
  if (!sweep) return undefined;
  const { best } = sweep;
  if (best === null) demandTrialMeetsThresholds(sweep);
  return best;
}

/** Returns the run folder of a best trial if its weights still exist, else null. */
export function openableRunOf(best: SweepInTypeScript["best"] | undefined): string | null | undefined {
  if (!best) return undefined;
  return best.run !== null && hasWeights(best.run) ? best.run : null;
}
