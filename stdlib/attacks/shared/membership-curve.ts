/**
 * Telling rows that trained from others by a score of each: as the threshold falls, more of both are caught. The curve is
 * scikit-learn's `roc_curve`; below a share of false alarms is what a threshold catches that has no more of them (Carlini et al. 2022,
 * "Membership Inference Attacks From First Principles", arXiv 2112.03570). Intervals by the bootstrap, members and others drawn apart.
 */
import { seededRandom, drawBelow } from "../../statistics/chance.js";
import type { Interval } from "../../statistics/interval.js";
import { percentileInterval } from "../../statistics/percentiles.js";

export interface MembershipRocCurve {
  /** Shares that are caught, from none to all: of others (false alarms) and of members. */
  readonly others: readonly number[];
  readonly members: readonly number[];
}
export interface MembershipFigures {
  readonly area: number;
  /** Greatest difference of the two shares. */
  readonly advantage: number;
  /** Share of the members that are caught with false alarms in no more than `alarms` of the others. */
  readonly caught: number;
}

const SEED = 20254;
const DRAWS = 1000;
/** Of Smirnov's statistic on one side, √(−ln 0.05 / 2): 95 % of what chance brings lies below. */
const SMIRNOV = 1.2239;

/** Of each row the place of its score among all different ones, from the greatest down. */
function placesOf(scores: readonly Float64Array[]): {
  readonly scorePlaces: readonly Int32Array[];
  readonly places: number;
} {
  const all = [...new Set(scores.flatMap((groupScores) => Array.from(groupScores)))].sort((a, b) => b - a);
  const place = new Map(all.map((score, i) => [score, i]));
  return {
    scorePlaces: scores.map((groupScores) => Int32Array.from(groupScores, (score) => place.get(score) ?? 0)),
    places: all.length,
  };
}

function curveOf([members, others]: readonly [Int32Array, Int32Array], places: number): MembershipRocCurve {
  const counted = (rows: Int32Array): number[] => {
    const counts = new Float64Array(places);
    for (const place of rows) counts[place]! += 1;
    let sum = 0;
    return [0, ...Array.from(counts, (count) => (sum += count) / rows.length)];
  };
  return { members: counted(members), others: counted(others) };
}

export function membershipRocCurve(members: Float64Array, others: Float64Array): MembershipRocCurve {
  const { scorePlaces, places } = placesOf([members, others]);
  return curveOf([scorePlaces[0]!, scorePlaces[1]!], places);
}

export function membershipFigures({ members, others }: MembershipRocCurve, alarms: number): MembershipFigures {
  let [area, advantage, caught] = [0, 0, 0];
  for (let i = 0; i < members.length; i++) {
    const [hit, miss] = [members[i]!, others[i]!];
    if (i > 0) area += ((miss - others[i - 1]!) * (hit + members[i - 1]!)) / 2;
    advantage = Math.max(advantage, hit - miss);
    if (miss <= alarms + 1e-12) caught = Math.max(caught, hit);
  }
  return { area, advantage, caught };
}

/** Up to what chance alone brings the advantage, 95 times of 100. */
export function chanceAdvantageBound(members: number, others: number): number {
  return Math.min(1, SMIRNOV * Math.sqrt((members + others) / (members * others)));
}

/**
 * What is caught of members that are like others, where false alarms are no more than a share: on average, and up to what 97.5 times
 * of 100. The members above the (k + 1)-th greatest of n others, of k alarms that n may have, are beta-binomial: all orders of both
 * are as likely.
 */
export function chanceDetectionRate(members: number, others: number, alarms: number): { value: number; most: number } {
  const k = Math.min(others - 1, Math.floor(alarms * others + 1e-9));
  const logs = [0];
  for (let j = 0; j < members; j++)
    logs.push(logs[j]! + Math.log(((j + k + 1) * (members - j)) / ((j + 1) * (members - j + others - k - 1))));
  const top = logs.reduce((most, one) => Math.max(most, one), -Infinity);
  const chances = logs.map((log) => Math.exp(log - top));
  const all = chances.reduce((sum, one) => sum + one, 0);
  let [most, below] = [0, chances[0]!];
  while (below < 0.975 * all && most < members) below += chances[++most]!;
  return { value: (k + 1) / (others + 1), most: most / members };
}

/** Of 95 %. */
export function membershipIntervals(
  members: Float64Array,
  others: Float64Array,
  alarms: number,
): Readonly<Record<keyof MembershipFigures, Interval | null>> {
  const { scorePlaces, places } = placesOf([members, others]);
  const random = seededRandom(SEED, members.length, others.length);
  const drawn = (rows: Int32Array): Int32Array => Int32Array.from(rows, () => rows[drawBelow(random, rows.length)]!);
  const all = Array.from({ length: DRAWS }, () =>
    membershipFigures(curveOf([drawn(scorePlaces[0]!), drawn(scorePlaces[1]!)], places), alarms),
  );
  const ends = (name: keyof MembershipFigures) => percentileInterval(all.map((one) => one[name]));
  return { area: ends("area"), advantage: ends("advantage"), caught: ends("caught") };
}
