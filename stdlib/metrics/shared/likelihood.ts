/** Negative log-likelihoods of the truth in nats, with their maximum. */
import type { Probabilities } from "../kind.js";

/** Machine epsilon of the number type: scikit-learn's `log_loss` clips probabilities to it. */
export function probabilityEpsilon(probabilities: Probabilities): number {
  return probabilities instanceof Float64Array ? 2 ** -52 : 2 ** -23;
}

/** Clips the probability on both sides, as in scikit-learn. */
export function clippedNegativeLog(probability: number, least: number): number {
  return -Math.log(Math.min(Math.max(probability, least), 1 - least));
}
