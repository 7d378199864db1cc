/** Settings of a process by what makes the values likely, held to sane ones where the values say little. */
import { minimizeNear } from "./minimum.js";
import {
  logLikelihoodSlope,
  processLogLikelihood,
  gaussianProcessOf,
  type GaussianProcess,
  type ProcessRows,
  type ProcessSettings,
} from "./process.js";

/** Below it values count as exact: less than it no search tells apart near the best, and more of it keeps a search from coming near. */
const LEAST_NOISE = 1e-8;
/** Values of the likelihood at most: each costs the cube of the rows. */
const MOST = 40;
/** Rows that settings are found by; the rest are answered by, too, but would cost too much here. */
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
    // What is looked for is the noise above the least.
    slope[width + 1]! *= (settings.noise - LEAST_NOISE) / settings.noise;
    return -(processLogLikelihood(process, values) + prior.value);
  };
  const start = new Float64Array(width + 2);
  start[width + 1] = Math.log(0.02);
  const within = { low: () => -30, high: () => 8, most: MOST, flat: 1e-2 };
  return settingsAt(minimizeNear(unlikely, start, within).x);
}

/**
 * Length scales of about the range; a spread of about that of the values; little noise. Its slope is by the logarithms of weights,
 * scale and noise.
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

/** Fitted to the rows, or, of very many, to some of them all along, and answering by all. */
export function fitProcess(processRows: ProcessRows, values: Float64Array): GaussianProcess {
  const every = Math.ceil(processRows.rows.length / MAX_FITTED_ROWS);
  const some = <T>(list: ArrayLike<T>): T[] => Array.from(list).filter((_, i) => (list.length - 1 - i) % every === 0);
  const settings = fitProcessSettings(
    { ...processRows, rows: some(processRows.rows) },
    Float64Array.from(some(values)),
  );
  return gaussianProcessOf(processRows, values, settings);
}
