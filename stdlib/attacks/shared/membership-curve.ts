/**
 * Separates training rows from other rows by a score per row: as the threshold falls, more rows of both groups are
 * classified as members. The curve equals scikit-learn's `roc_curve`. The detection rate is the true-positive rate at a
 * bounded false-positive rate (Carlini et al. 2022, "Membership Inference Attacks From First Principles", arXiv
 * 2112.03570). Intervals come from the bootstrap, which resamples members and others separately.
 */
import { seededRandom, drawBelow } from "../../statistics/chance.js";
import type { ConfidenceInterval } from "../../statistics/interval.js";
import { percentileInterval } from "../../statistics/percentiles.js";

export interface MembershipRocCurve {
  /** Classified shares from 0 to 1: false-positive rates for `others`, true-positive rates for `members`. */
  readonly others: readonly number[];
  readonly members: readonly number[];
}
export interface MembershipFigures {
  readonly area: number;
  /** Greatest difference between the true-positive and the false-positive rate. */
  readonly advantage: number;
  /** Share of the members that are detected at a false-positive rate of at most `alarms`. */
  readonly caught: number;
}

const SEED = 20254;
const DRAWS = 1000;
/** One-sided 5 % critical value of Smirnov's statistic, √(−ln 0.05 / 2): 95 % of chance results lie below it. */
const SMIRNOV = 1.2239;

/** Returns the rank of each row's score among all distinct scores, from the greatest down. */
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

/** Returns the bound below which chance alone leaves the advantage 95 times of 100. */
export function chanceAdvantageBound(members: number, others: number): number {
  return Math.min(1, SMIRNOV * Math.sqrt((members + others) / (members * others)));
}

/**
 * Returns the detection rate of members that do not differ from others, at a bounded false-positive rate: its mean, and
 * the bound that it stays below 97.5 times of 100. The number of members above the (k + 1)-th greatest of n others is
 * beta-binomial, where k is the allowed number of false alarms: all orders of both groups are equally likely.
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

/** Returns the 95 % bootstrap intervals of all figures. */
export function membershipIntervals(
  members: Float64Array,
  others: Float64Array,
  alarms: number,
): Readonly<Record<keyof MembershipFigures, ConfidenceInterval | null>> {
  const { scorePlaces, places } = placesOf([members, others]);
  const random = seededRandom(SEED, members.length, others.length);
  const drawn = (rows: Int32Array): Int32Array => Int32Array.from(rows, () => rows[drawBelow(random, rows.length)]!);
  const all = Array.from({ length: DRAWS }, () =>
    membershipFigures(curveOf([drawn(scorePlaces[0]!), drawn(scorePlaces[1]!)], places), alarms),
  );
  const ends = (name: keyof MembershipFigures) => percentileInterval(all.map((one) => one[name]));
  return { area: ends("area"), advantage: ends("advantage"), caught: ends("caught") };
}
