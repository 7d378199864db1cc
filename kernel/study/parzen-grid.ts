/**
 * Density of the trials' values on a dimension, over a grid of at most fifty points: a truncated normal (for choices: a
 * count) around each tried point, with Scott's rule as bandwidth, and one wide normal over all. Optuna's importances
 * use the same densities and bandwidths.
 */
import { erfcOf } from "#dsl/tensor/numbers/erf.js";
import type { SearchDimension } from "#stdlib/searches/kind.js";

const STEPS = 50;
/** Minimum bandwidth: nine tenths of the narrowest normal are within its own grid cell. */
const NARROWEST = 0.5 / 1.64;

/** Returns the number of grid points of the dimension; with one point nothing can be measured. */
export function gridSize(dimension: SearchDimension): number {
  if (dimension.kind === "choice") return dimension.size;
  const { from, to, scale, integer, step } = dimension;
  if (to <= from) return 1;
  if (scale === "log") return integer ? Math.min(Math.ceil(Math.log(to - from + 1) / Math.log(2)) + 1, STEPS) : STEPS;
  const between = step ?? (integer ? 1 : 0);
  return between === 0 ? STEPS : Math.min(Math.round((to - from) / between) + 1, STEPS);
}

/** Counts the values at each grid point. */
function countsOn(dimension: SearchDimension, values: readonly number[]): readonly number[] {
  const size = gridSize(dimension);
  const counts = new Array<number>(size).fill(0);
  const unit = dimension.kind === "number" && dimension.scale === "log" ? Math.log : (x: number) => x;
  const placeOf = (value: number): number => {
    if (dimension.kind === "choice") return value;
    const [low, high] = [unit(dimension.from), unit(dimension.to)];
    // A value midway between two points counts for the lower one.
    return Math.ceil((unit(value) - low) / ((high - low) / (size - 1)) - 0.5);
  };
  for (const value of values) counts[Math.min(size - 1, Math.max(0, placeOf(value)))]! += 1;
  return counts;
}

/** Returns the density at each grid point; it sums to 1. */
export function densityOn(dimension: SearchDimension, values: readonly number[]): readonly number[] {
  const counts = countsOn(dimension, values);
  const seen = counts.flatMap((count, place) => (count > 0 ? [place] : []));
  const weights = seen.map((place) => counts[place]!);
  const all = weights.reduce((a, b) => a + b, 0) + 1;
  const kernels =
    dimension.kind === "choice" ? choiceKernels(seen, counts.length) : normalKernels(seen, weights, counts.length);
  return counts.map((_, place) =>
    kernels.reduce((sum, kernel, i) => sum + ((weights[i] ?? 1) / all) * kernel(place), 0),
  );
}

type Kernel = (place: number) => number;

function choiceKernels(seen: readonly number[], size: number): readonly Kernel[] {
  const prior = 1 / (seen.length + 1);
  const around =
    (center: number): Kernel =>
    (place) =>
      (prior + (place === center ? 1 : 0)) / (prior * size + 1);
  return [...seen.map(around), () => 1 / size];
}

function normalKernels(seen: readonly number[], weights: readonly number[], size: number): readonly Kernel[] {
  const wide = Math.max(scott(seen, weights), NARROWEST);
  const around = (middle: number, width: number, between: Kernel): Kernel => {
    const all = mass((-0.5 - middle) / width, (size - 0.5 - middle) / width);
    return (place) => between(place - middle) / all;
  };
  const far = (width: number) => (by: number) => mass((by - 0.5) / width, (by + 0.5) / width);
  // Grid points are integers, so there are few distinct distances and they are computed once.
  const known = Array.from({ length: size }, (_, by) => far(wide)(by));
  const near: Kernel = (by) => known[Math.abs(by)]!;
  return [...seen.map((middle) => around(middle, wide, near)), around((size - 1) / 2, size, far(size))];
}

/** Scott's rule with the smaller of standard deviation and interquartile range. */
function scott(seen: readonly number[], weights: readonly number[]): number {
  const totalWeight = weights.reduce((a, b) => a + b, 0);
  const mean = seen.reduce((sum, place, i) => sum + place * weights[i]!, 0) / totalWeight;
  const spread = seen.reduce((sum, place, i) => sum + (place - mean) ** 2 * weights[i]!, 0);
  let upTo = 0;
  const cumulated = weights.map((weight) => (upTo += weight));
  const first = cumulated.findIndex((sum) => sum >= Math.floor(totalWeight / 4));
  const third = cumulated.findIndex((sum) => sum > Math.floor((totalWeight * 3) / 4));
  const quartiles = seen[third < 0 ? seen.length - 1 : third]! - seen[first]!;
  return 1.059 * Math.min(quartiles / 1.34, Math.sqrt(spread / Math.max(1, totalWeight - 1))) * totalWeight ** -0.2;
}

/** Probability mass of the standard normal between two values, exact in the tails. */
function mass(a: number, b: number): number {
  const beyond = (x: number): number => erfcOf(x / Math.SQRT2) / 2;
  if (a > 0) return beyond(a) - beyond(b);
  if (b < 0) return beyond(-b) - beyond(-a);
  return 1 - beyond(-a) - beyond(b);
}
