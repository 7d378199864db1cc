/** Number of updates that a trimmed mean needs. */
import type { Arguments } from "#dsl/language/types/value.js";

/** Returns the smallest number of updates from which at least one is trimmed at each end. */
export function minimumUpdatesForTrim({ share }: Arguments): number {
  const cut = typeof share === "object" && share !== null && "share" in share ? share.share : 0.2;
  let least = Math.max(3, Math.floor(1 / cut));
  while (Math.trunc(cut * least) < 1) least++;
  return least;
}
