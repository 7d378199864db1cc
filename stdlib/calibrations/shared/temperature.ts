/**
 * Finds the temperature with the lowest loss. The loss is convex in the inverse of the temperature, so bisection finds
 * the zero of its slope. Source: Guo et al. 2017, "On Calibration of Modern Neural Networks".
 */
import type { CalibrationData } from "../kind.js";

/** Bounds are needed because the loss of a model without errors keeps falling as the temperature approaches 0. */
const BOUNDS = [1e-2, 1e2] as const;
const HALVES = 80;

/** Returns the temperature, or a text with the reason why there is none. */
export function fitTemperature(decisions: CalibrationData): number | string {
  if (decisions.logits.length === 0) return "there is no row";
  let [low, high] = BOUNDS.map((bound) => Math.log(bound)) as [number, number];
  if (slope(decisions, Math.exp(high)) <= 0)
    return "the surest labels of all rows are right, so that no temperature is the best";
  if (slope(decisions, Math.exp(low)) >= 0) return "the model's predictions carry no information about these rows";
  for (let i = 0; i < HALVES; i++) {
    const middle = (low + high) / 2;
    if (slope(decisions, Math.exp(middle)) < 0) low = middle;
    else high = middle;
  }
  return Math.exp(-(low + high) / 2);
}

/** Returns the derivative of the mean loss by the inverse of the temperature. */
function slope({ labels, logits: outputs, truth }: CalibrationData, inverse: number): number {
  const n = labels.length;
  let sum = 0;
  outputs.forEach((logits, row) => {
    if ("several" in truth)
      logits.forEach(
        (logit, l) => (sum += logit * (1 / (1 + Math.exp(-inverse * logit)) - truth.several[row * n + l]!)),
      );
    else sum += expected(logits, inverse) - logits[truth.one[row]!]!;
  });
  return sum / outputs.length;
}

/** Returns the mean logit, weighted by the predicted probabilities. */
function expected(logits: Float32Array, inverse: number): number {
  const greatest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let [all, weighed] = [0, 0];
  for (const logit of logits) {
    const share = Math.exp(inverse * (logit - greatest));
    all += share;
    weighed += share * logit;
  }
  return weighed / all;
}
