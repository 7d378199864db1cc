/** Turns label scores into probabilities by the temperature that maximizes the likelihood of the given labels. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";

export interface CalibratedProbabilities {
  /** [rows × labels]; each row sums to 1. */
  readonly chances: Float32Array;
  /** Mean of −log(probability of the row's label). */
  readonly loss: number;
}

/** `scores`: [rows × labels], each row by a judge that didn't see it. */
export function calibrateTemperature(scores: Float64Array, labels: Int32Array, count: number): CalibratedProbabilities {
  const { scale, loss } = likeliest(scores, labels, count);
  const chances = new Float32Array(scores.length);
  for (let row = 0; row < labels.length; row++) {
    const rowScores = scores.subarray(row * count, (row + 1) * count);
    const most = rowScores.reduce((a, b) => Math.max(a, b), -Infinity);
    const powers = rowScores.map((score) => Math.exp(scale * (score - most)));
    const sum = powers.reduce((a, b) => a + b, 0);
    powers.forEach((power, label) => (chances[row * count + label] = power / sum));
  }
  return { chances, loss };
}

/**
 * Returns the calibration with the lowest loss. Computes them one after another, so that only two are in memory at a
 * time.
 */
export function leastLossCalibration(ways: readonly (() => CalibratedProbabilities)[]): CalibratedProbabilities {
  return ways.slice(1).reduce((best, way) => {
    const one = way();
    return one.loss < best.loss ? one : best;
  }, mustExist(ways[0], "a way")());
}

/** Finds the factor on scores, by golden-section search over its logarithm. */
function likeliest(
  scores: Float64Array,
  labels: Int32Array,
  count: number,
): { readonly scale: number; readonly loss: number } {
  const loss = (power: number): number => {
    const scale = Math.exp(power);
    let sum = 0;
    for (let row = 0; row < labels.length; row++) {
      let [most, total] = [-Infinity, 0];
      for (let label = 0; label < count; label++) most = Math.max(most, scores[row * count + label]!);
      for (let label = 0; label < count; label++) total += Math.exp(scale * (scores[row * count + label]! - most));
      sum += Math.log(total) - scale * (scores[row * count + labels[row]!]! - most);
    }
    return sum / labels.length;
  };
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(0.02), Math.log(100)];
  for (let round = 0; round < 24; round++) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)];
    if (loss(a) < loss(b)) high = b;
    else low = a;
  }
  const power = (low + high) / 2;
  return { scale: Math.exp(power), loss: loss(power) };
}
