/** The best trial is asked for, and none clears what its sweep requires. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { SweepHandle } from "../study/trial.js";
import type { Nearest } from "../display/sweeps/best.js";

/** Coded error `no-trial-clears`. */
export function demandClearing({
  name,
  nearest,
}: Pick<SweepHandle, "name"> & { readonly nearest?: Nearest | null }): void {
  if (nearest) throw new CodedError("no-trial-clears", { sweep: name, ...nearest });
}

/** Its best trial; undefined: there is no such sweep, or none of its trials has a score. */
export function bestIn(
  sweep: (Pick<SweepHandle, "name" | "best"> & { readonly nearest?: Nearest | null }) | undefined,
): SweepHandle["best"] | undefined {
  if (!sweep) return undefined;
  const { best } = sweep;
  if (best === null) demandClearing(sweep);
  return best;
}
