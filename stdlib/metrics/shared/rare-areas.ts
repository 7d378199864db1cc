/** Rare-label intervals of areas under ROC curves. */
import { NORMAL_QUANTILE_95, type ConfidenceInterval } from "../../statistics/interval.js";
import { scoreSpread, type UncertainProportion, type RareLabelIntervalMethod } from "../../statistics/spread.js";
import { FREQUENT_LABEL_ROWS } from "./rare-shares.js";

/** True labels of rows, and predicted probabilities. */
export interface LabelLikelihoods {
  readonly names: readonly string[];
  trueAt(row: number, label: number): boolean;
  scoreAt(row: number, label: number): number;
}

/**
 * Returns the interval method. `rankings`: the labels whose decisions are ranked together; rankings have equal weights,
 * or (`weighted`) weights by their true rows. A ranking of several labels has many true decisions but few misplaced
 * ones, so it never uses the bootstrap.
 */
export function rareAreaIntervals(
  likely: LabelLikelihoods,
  rankings: readonly (readonly number[])[],
  weighted: boolean,
): RareLabelIntervalMethod {
  const haveOf = (labels: readonly number[], units: Uint32Array): number =>
    units.reduce((sum, row) => sum + labels.filter((label) => likely.trueAt(row, label)).length, 0);
  return {
    frequent: (units) =>
      rankings.every((labels) => {
        const have = haveOf(labels, units);
        return labels.length === 1 && Math.min(have, units.length - have) >= FREQUENT_LABEL_ROWS;
      }),
    measureSpread(units) {
      const have = rankings.map((labels) => haveOf(labels, units));
      const none = rankings.findIndex((labels, i) => have[i] === 0 || have[i] === units.length * labels.length);
      if (none >= 0) return { label: likely.names[rankings[none]![0]!] ?? "", rows: have[none]!, needed: 1 };
      const weights = have.map((count) => (weighted ? count : 1));
      const all = weights.reduce((sum, one) => sum + one, 0);
      const shares = rankings.map((labels, i) => movingOf(likely, labels, units, weights[i]! / all));
      return scoreSpread(units.length, likely.names.length, shares);
    },
  };
}

function movingOf(
  { trueAt, scoreAt }: LabelLikelihoods,
  labels: readonly number[],
  rows: Uint32Array,
  weight: number,
): UncertainProportion {
  const n = labels.length;
  const [is, by] = [new Uint8Array(rows.length * n), new Float64Array(rows.length * n)];
  for (let index = 0; index < is.length; index++) {
    const [row, label] = [rows[Math.floor(index / n)]!, labels[index % n]!];
    is[index] = Number(trueAt(row, label));
    by[index] = scoreAt(row, label);
  }
  const { area, parts, have } = areaWithPlacements(is, by);
  const residuals = new Float64Array(rows.length);
  parts.forEach((part, index) => (residuals[Math.floor(index / n)]! += part));
  const squares = (values: Float64Array): number => values.reduce((sum, one) => sum + one ** 2, 0);
  // Decisions of one row are correlated: an effective count makes the variance equal to DeLong's over rows.
  const [others, variance] = [is.length - have, squares(residuals) * varianceCorrection(have)];
  const each =
    n === 1 && Math.min(have, others) < MIN_TRUE_DECISIONS_FOR_VARIANCE
      ? 1
      : variance === 0
        ? 1 / n
        : varianceAt(area, have, others) / variance;
  const newcombeEnds = newcombeAucInterval(area, have * each, others * each);
  // The lower bound of an imperfect ranking is at most that of a perfect one; the upper bound is at least that of the
  // worst.
  const low = Math.min(newcombeEnds.low, newcombeAucInterval(1, have / n, others / n).low);
  const high = Math.max(newcombeEnds.high, newcombeAucInterval(0, have / n, others / n).high);
  const units = Uint32Array.from(rows, (_, index) => index);
  return { label: labels[0]!, units, residuals, down: weight * (area - low), up: weight * (high - area) };
}

/**
 * Minimum number of true decisions for an effective count from their own variance: fewer may all vary little by chance.
 */
export const MIN_TRUE_DECISIONS_FOR_VARIANCE = 30;

/**
 * Returns the factor by which row residuals understate the variance of a ranking, measured by `bench coverage --rare`:
 * a seventh at 200 true decisions, and less with more.
 */
export const varianceCorrection = (have: number): number => 1 + 2 / Math.sqrt(have);

/**
 * Returns the area, and each decision's contribution to it (DeLong, DeLong and Clarke-Pearson, 1988). For a true
 * decision, this is the share of false ones ranked below it; for a false one, the share of true ones above it. The area
 * is subtracted, and the result is divided by the number of such decisions.
 */
export function areaWithPlacements(
  truth: Uint8Array,
  scores: Float64Array,
): { readonly area: number; readonly parts: Float64Array; readonly have: number } {
  const have = truth.reduce((sum, one) => sum + one, 0);
  const others = truth.length - have;
  const order = Uint32Array.from(truth, (_, index) => index).sort((a, b) => scores[a]! - scores[b]!);
  const parts = new Float64Array(truth.length);
  let [trueBelow, othersBelow, area] = [0, 0, 0];
  for (let from = 0, to = 0; from < order.length; from = to) {
    let levelHits = 0;
    for (; to < order.length && scores[order[to]!] === scores[order[from]!]; to++) levelHits += truth[order[to]!]!;
    const other = to - from - levelHits;
    for (let i = from; i < to; i++)
      parts[order[i]!] =
        truth[order[i]!] === 1 ? (othersBelow + other / 2) / others : (have - trueBelow - levelHits / 2) / have;
    area += levelHits * (othersBelow + other / 2);
    trueBelow += levelHits;
    othersBelow += other;
  }
  area /= have * others;
  truth.forEach((is, index) => (parts[index] = (parts[index]! - area) / (is === 1 ? have : others)));
  return { area, parts, have };
}

/**
 * Newcombe (2006, part 2, method 5): the areas within Z standard deviations of this one. Their standard deviations are
 * those of Hanley and McNeil (1982), with both groups set to their mean size.
 */
export function newcombeAucInterval(area: number, have: number, others: number): ConfidenceInterval {
  const far = (areaValue: number): boolean =>
    Math.abs(areaValue - area) > NORMAL_QUANTILE_95 * Math.sqrt(varianceAt(areaValue, have, others));
  const end = (from: number): number => {
    let [outside, inside] = [from, area];
    for (let step = 0; step < 48; step++) {
      const middle = (outside + inside) / 2;
      if (far(middle)) outside = middle;
      else inside = middle;
    }
    return (outside + inside) / 2;
  };
  return { low: area <= 0 ? 0 : end(0), high: area >= 1 ? 1 : end(1) };
}
function varianceAt(area: number, have: number, others: number): number {
  const middle = Math.max(0, (have + others) / 2 - 1);
  const pairs = 1 + (middle * (1 - area)) / (2 - area) + (middle * area) / (1 + area);
  return (area * (1 - area) * pairs) / (have * others);
}
