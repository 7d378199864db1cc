/**
 * Exposure (Carlini et al. 2019): log2 of how many canaries of the space there are, less log2 of the rank that one's loss has among
 * them. One that is not known better than others has 1 / ln 2 = 1.44 bits on average; each bit more halves those that the model finds
 * likelier. The whole space is seldom asked: of others that were drawn from it, the rank among these tells (their first approximation).
 */
import { seededRandom, drawBelow } from "../../statistics/chance.js";
import type { Interval } from "../../statistics/interval.js";
import { percentileInterval } from "../../statistics/percentiles.js";

const SEED = 20255;
const DRAWS = 2000;

/** Mean exposure of one that nobody knows among so many others: all ranks are as likely. */
export function expectedExposureUnknown(unseen: number): number {
  const ranks = Array.from({ length: unseen + 1 }, (_, i) => Math.log2(i + 1));
  return Math.log2(unseen + 1) - meanExposure(ranks);
}

/** Of one of a loss among others; of those with the same loss half stand before it. A loss that is no number knows nothing. */
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

/** Of the mean of canaries, which are drawn with repetition; null: of one there is none. */
export function meanExposureInterval(exposures: readonly number[]): Interval | null {
  const n = exposures.length;
  if (n < 2) return null;
  const random = seededRandom(SEED, n);
  return percentileInterval(
    Array.from({ length: DRAWS }, () => meanExposure(exposures.map(() => exposures[drawBelow(random, n)]!))),
  );
}

/**
 * Between what the mean exposure of so many canaries lies, 95 times of 100, where they are among the others by chance: each set of
 * places that they may have among all is as likely.
 */
export function chanceExposureInterval(planted: number, unseen: number): Interval {
  const random = seededRandom(SEED, planted, unseen);
  const means = Array.from({ length: DRAWS }, () => {
    const places = new Set<number>();
    while (places.size < planted) places.add(drawBelow(random, planted + unseen));
    const ranks = [...places].sort((a, b) => a - b).map((place, i) => place - i + 1);
    return meanExposure(ranks.map((rank) => Math.log2(unseen + 1) - Math.log2(rank)));
  });
  return percentileInterval(means) ?? { low: 0, high: Math.log2(unseen + 1) };
}
