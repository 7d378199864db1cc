/**
 * Fits the hyperparameters of a Gaussian process by maximizing the likelihood with a prior. The prior keeps them
 * reasonable where the data says little.
 */
import { minimizeNear } from "./minimum.js";
import {
  logLikelihoodSlope,
  processLogLikelihood,
  gaussianProcessOf,
  type GaussianProcess,
  type ProcessRows,
  type ProcessSettings,
} from "./process.js";

/**
 * Minimum noise variance; below it, values count as exact. A smaller one makes no difference near the optimum, and a
 * larger one keeps the search from getting close to it.
 */
const LEAST_NOISE = 1e-8;
/** Maximum evaluations of the likelihood; each costs the cube of the number of rows. */
const MOST = 40;
/** Maximum rows for fitting the hyperparameters. All rows are used for predictions. */
export const MAX_FITTED_ROWS = 120;

export function fitProcessSettings(processRows: ProcessRows, values: Float64Array): ProcessSettings {
  const width = processRows.choices.length;
  const settingsAt = (x: Float64Array): ProcessSettings => ({
    weights: x.subarray(0, width).map(Math.exp),
    scale: Math.exp(x[width]!),
    noise: Math.exp(x[width + 1]!) + LEAST_NOISE,
  });
  const unlikely = (x: Float64Array, slope: Float64Array): number => {
    const settings = settingsAt(x);
    const process = gaussianProcessOf(processRows, values, settings);
    const prior = priorOf(settings);
    slope.set(logLikelihoodSlope(process).map((g, i) => -(g + prior.slope[i]!)));
    // The optimizer's variable is the noise above the minimum.
    slope[width + 1]! *= (settings.noise - LEAST_NOISE) / settings.noise;
    return -(processLogLikelihood(process, values) + prior.value);
  };
  const start = new Float64Array(width + 2);
  start[width + 1] = Math.log(0.02);
  const within = { low: () => -30, high: () => 8, most: MOST, flat: 1e-2 };
  return settingsAt(minimizeNear(unlikely, start, within).x);
}

/**
 * Prior: length scales near the range, a scale near that of the values, and little noise. The slope is with respect to
 * the logarithms of weights, scale and noise.
 */
function priorOf({ weights, scale, noise }: ProcessSettings): { readonly value: number; readonly slope: Float64Array } {
  const slope = new Float64Array(weights.length + 2);
  let value = 0;
  weights.forEach((weight, d) => {
    value -= 0.1 / weight + 0.1 * weight;
    slope[d] = 0.1 / weight - 0.1 * weight;
  });
  value += Math.log(scale) - scale + 0.1 * Math.log(noise) - 30 * noise;
  slope[weights.length] = 1 - scale;
  slope[weights.length + 1] = 0.1 - 30 * noise;
  return { value, slope };
}

/** Fits to all rows, or to an evenly spaced subset if there are too many. Predictions use all rows. */
export function fitProcess(processRows: ProcessRows, values: Float64Array): GaussianProcess {
  const every = Math.ceil(processRows.rows.length / MAX_FITTED_ROWS);
  const some = <T>(list: ArrayLike<T>): T[] => Array.from(list).filter((_, i) => (list.length - 1 - i) % every === 0);
  const settings = fitProcessSettings(
    { ...processRows, rows: some(processRows.rows) },
    Float64Array.from(some(values)),
  );
  return gaussianProcessOf(processRows, values, settings);
}
