/** Shares that sum to 1, drawn from a symmetric Dirichlet distribution. */
import type { RandomSource } from "../../statistics/chance.js";

/**
 * Draws shares: a small α gives one client nearly all, a large α equal shares. Computed in logarithms, so that the
 * largest share is well defined for any α.
 */
export function dirichletShares(count: number, alpha: number, generator: RandomSource): readonly number[] {
  const logs = Array.from({ length: count }, () => logGamma(alpha, generator));
  const most = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - most));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * Returns whole counts that sum to `count` and whose means are the exact shares, in any order of clients. The
 * cumulative shares are cut after a random shift of less than one.
 */
export function countsFromShares(shares: readonly number[], count: number, generator: RandomSource): readonly number[] {
  const moved = uniform(generator);
  let [sum, before] = [0, 0];
  return shares.map((share, k) => {
    sum += share;
    const end = k === shares.length - 1 ? count : Math.min(count, Math.floor(sum * count + moved));
    const gained = end - before;
    before = end;
    return gained;
  });
}

/** Returns a random number above 0 and below 1. */
function uniform(generator: RandomSource): number {
  return ((generator.next() >>> 0) + 0.5) / 2 ** 32;
}

/** Returns the logarithm of a draw from Gamma(α, 1), by Marsaglia and Tsang; α below 1 uses α + 1. */
function logGamma(alpha: number, generator: RandomSource): number {
  if (alpha < 1) return logGamma(alpha + 1, generator) + Math.log(uniform(generator)) / alpha;
  const d = alpha - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(generator);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(uniform(generator)) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}

/** Draws from the standard normal distribution by the Box-Muller method. */
function normal(generator: RandomSource): number {
  return Math.sqrt(-2 * Math.log(uniform(generator))) * Math.cos(2 * Math.PI * uniform(generator));
}
