/**
 * Log expected improvement (Ament et al. 2023). Where the expected improvement underflows to 0, its logarithm still has
 * a useful gradient.
 */
import { LOG_ROOT_TWO_PI, logNormalCdf } from "../../../statistics/normal.js";
import { predictProcess, type GaussianProcess } from "./process.js";

/** Returns log(φ(z) + z·Φ(z)) and its derivative, for z standard deviations above the best. */
export function logExpectedImprovement(z: number): { readonly value: number; readonly slope: number } {
  const density = -0.5 * z * z - LOG_ROOT_TWO_PI;
  const below = logNormalCdf(z);
  const far = 1 / (z * z);
  // For very negative z, φ and zΦ cancel to all digits, so the series of their sum is used.
  const value =
    z > -50
      ? z > -1
        ? Math.log(Math.exp(density) + z * Math.exp(below))
        : density + Math.log1p(z * Math.exp(below - density))
      : density + Math.log(far) + Math.log1p(far * (-3 + far * (15 - 105 * far)));
  return { value, slope: Math.exp(below - value) };
}

/** Writes the derivatives with respect to the row's columns into `slope`. */
export function logImprovementAt(
  process: GaussianProcess,
  best: number,
  row: Float64Array,
  slope?: Float64Array,
): number {
  const slopes = slope && { mean: new Float64Array(row.length), variance: new Float64Array(row.length) };
  const { mean, variance } = predictProcess(process, row, slopes);
  const deviation = Math.sqrt(variance);
  const z = (mean - best) / deviation;
  const expected = logExpectedImprovement(z);
  if (slope && slopes)
    for (let d = 0; d < row.length; d++) {
      const widens = slopes.variance[d]! / (2 * deviation);
      slope[d] = widens / deviation + (expected.slope * (slopes.mean[d]! - z * widens)) / deviation;
    }
  return Math.log(deviation) + expected.value;
}
