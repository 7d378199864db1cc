/**
 * Exposure (Carlini et al. 2019): log2 of the number of possible canaries, minus log2 of the rank of one canary's loss
 * among them. A canary that is not memorized has 1 / ln 2 = 1.44 bits on average; each further bit halves the number of
 * canaries that the model finds likelier. Scoring all possible canaries is rarely feasible, so the rank is taken among
 * a random sample of them (the paper's first approximation).
 */
import { seededRandom, drawBelow } from "../../statistics/chance.js";
import type { ConfidenceInterval } from "../../statistics/interval.js";
import { percentileInterval } from "../../statistics/percentiles.js";

const SEED = 20255;
const DRAWS = 2000;

/**
 * Returns the mean exposure of a canary that is not memorized, ranked among `unseen` others: all ranks are equally
 * likely.
 */
export function expectedExposureByChance(unseen: number): number {
  const ranks = Array.from({ length: unseen + 1 }, (_, i) => Math.log2(i + 1));
  return Math.log2(unseen + 1) - meanExposure(ranks);
}

/**
 * Returns the exposure of a canary from its loss and the losses of others. Half of the equal losses rank before it. A
 * NaN loss has exposure 0.
 */
export function exposureOf(loss: number, others: ArrayLike<number>): number {
  if (Number.isNaN(loss)) return 0;
  let [less, same] = [0, 0];
  for (let i = 0; i < others.length; i++) {
    if (others[i]! < loss) less += 1;
    else if (others[i] === loss) same += 1;
  }
  return Math.log2(others.length + 1) - Math.log2(1 + less + same / 2);
}

export const meanExposure = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Returns the bootstrap interval of the mean exposure; null for fewer than two canaries. */
export function meanExposureInterval(exposures: readonly number[]): ConfidenceInterval | null {
  const n = exposures.length;
  if (n < 2) return null;
  const random = seededRandom(SEED, n);
  return percentileInterval(
    Array.from({ length: DRAWS }, () => meanExposure(exposures.map(() => exposures[drawBelow(random, n)]!))),
  );
}

/**
 * Returns the 95 % interval of the mean exposure of `planted` canaries that are not memorized. Every set of ranks among
 * all canaries is equally likely.
 */
export function chanceExposureInterval(planted: number, unseen: number): ConfidenceInterval {
  const random = seededRandom(SEED, planted, unseen);
  const means = Array.from({ length: DRAWS }, () => {
    const places = new Set<number>();
    while (places.size < planted) places.add(drawBelow(random, planted + unseen));
    const ranks = [...places].sort((a, b) => a - b).map((place, i) => place - i + 1);
    return meanExposure(ranks.map((rank) => Math.log2(unseen + 1) - Math.log2(rank)));
  });
  return percentileInterval(means) ?? { low: 0, high: Math.log2(unseen + 1) };
}
