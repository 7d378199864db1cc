/** How surprising what is true is, in nats, and how surprising at most. */
import type { Probabilities } from "../kind.js";

/** The least step from 1 of numbers of that type: what scikit-learn's `log_loss` takes none to be less likely than. */
export function probabilityEpsilon(probabilities: Probabilities): number {
  return probabilities instanceof Float64Array ? 2 ** -52 : 2 ** -23;
}

/** As scikit-learn clips it, from both sides. */
export function clippedNegativeLog(probability: number, least: number): number {
  return -Math.log(Math.min(Math.max(probability, least), 1 - least));
}
