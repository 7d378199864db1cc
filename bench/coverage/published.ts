/**
 * Published interval methods to compare with. Bootstraps: percentile; BCa (Efron 1987); stratified by the true label.
 * By score: Wilson and mid-P for shares, DeLong with a logit and Newcombe for areas under the curve, Boyd's logit.
 */
import type { BootstrapScorer } from "#stdlib/statistics/bootstrap.js";
import { NORMAL_QUANTILE_95, type ConfidenceInterval } from "#stdlib/statistics/interval.js";
import { precisionRecallAndF1 } from "#stdlib/statistics/label-rates.js";
import { midPInterval } from "#stdlib/statistics/mid-p.js";
import { percentileInterval } from "#stdlib/statistics/percentiles.js";
import { wilsonInterval } from "#stdlib/statistics/wilson.js";
import { seededRandom } from "#stdlib/statistics/chance.js";
import { labelCounts, labelCountsOfSets } from "#stdlib/metrics/shared/counts.js";
import { newcombeAucInterval, areaWithPlacements } from "#stdlib/metrics/shared/rare-areas.js";
import type { Answered, Asked } from "./rare-rows.js";

export type Published = Readonly<Record<string, ConfidenceInterval | null>>;

export function published(
  asked: Asked,
  answered: Answered,
  value: number,
  of: BootstrapScorer,
  draws: number,
): Published {
  return {
    ...bootstraps(answered, value, of, draws),
    ...ofShare(asked, answered),
    ...ofRanking(asked, answered, value),
  };
}

function bootstraps(answered: Answered, value: number, of: BootstrapScorer, draws: number): Published {
  const n = of.units;
  const g = seededRandom(5, n);
  const below = (most: number): number => Math.floor(((g.next() >>> 0) / 2 ** 32) * most);
  const plain = Array.from({ length: draws }, () => of.score(Uint32Array.from({ length: n }, () => below(n))));
  const made = { percentile: percentileInterval(plain), BCa: bca(plain, value, jackknife(of)) };
  if (answered.of !== "compute") return made;
  const strata = new Map<number, number[]>();
  answered.input.truth.forEach((label, row) => strata.set(label, [...(strata.get(label) ?? []), row]));
  const own = [...strata.values()];
  const stratified = Array.from({ length: draws }, () =>
    of.score(Uint32Array.from(own.flatMap((rows) => rows.map(() => rows[below(rows.length)]!)))),
  );
  return { ...made, stratified: percentileInterval(stratified) };
}

function jackknife({ units, score }: BootstrapScorer): readonly number[] {
  const all = Uint32Array.from({ length: units }, (_, unit) => unit);
  return Array.from(all, (unit) => score(all.filter((other) => other !== unit)));
}

function bca(draws: readonly number[], value: number, left: readonly number[]): ConfidenceInterval | null {
  const below = draws.filter((one) => one < value).length + draws.filter((one) => one === value).length / 2;
  const bias = normalQuantile(below / draws.length);
  const mean = left.reduce((sum, one) => sum + one, 0) / left.length;
  const power = (to: number): number => left.reduce((sum, one) => sum + (mean - one) ** to, 0);
  const skew = power(2) === 0 ? 0 : power(3) / (6 * power(2) ** 1.5);
  if (!Number.isFinite(bias) || !Number.isFinite(skew)) return null;
  // Leaves out draws in which the score is undefined, as percentile intervals do.
  const sorted = draws.filter((one) => !Number.isNaN(one)).toSorted((a, b) => a - b);
  const at = (z: number): number => {
    const share = normalBelow(bias + (bias + z) / (1 - skew * (bias + z)));
    return sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))]!;
  };
  return { low: at(-NORMAL_QUANTILE_95), high: at(NORMAL_QUANTILE_95) };
}

/**
 * Intervals for a single label's precision, recall and F1 (Wilson, mid-P), and for balanced accuracy (MOVER by Zou and
 * Donner over Wilson intervals).
 */
function ofShare({ word, given }: Asked, answered: Answered): Published {
  const all = answered.of === "compute" ? labelCounts(answered.input) : labelCountsOfSets(answered.input);
  if (word === "balanced_accuracy" || (word === "recall" && given["average"] === "macro")) {
    const recalls = all.map(({ hit, have }) => ({ value: hit / have, ...wilsonInterval(hit, have) }));
    const k = recalls.length;
    const value = recalls.reduce((sum, one) => sum + one.value, 0) / k;
    const low = Math.hypot(...recalls.map((one) => one.value - one.low)) / k;
    const high = Math.hypot(...recalls.map((one) => one.high - one.value)) / k;
    return { "Wilson, MOVER": { low: value - low, high: value + high } };
  }
  const label = answered.input.labels.indexOf(String(given["of"]));
  const own = all[label];
  if (!own || (word !== "precision" && word !== "recall" && word !== "f1")) return {};
  const of = word === "precision" ? own.given : own.have;
  return {
    Wilson: precisionRecallAndF1(own)[word],
    ...(word !== "f1" && of > 0 && { "mid-P": midPInterval(own.hit, of) }),
  };
}

function ofRanking({ word, given }: Asked, answered: Answered, value: number): Published {
  const { labels, truth, probabilities } = answered.input;
  if (answered.of !== "compute" || labels.length !== 2 || given["average"] !== "macro") return {};
  const is = Uint8Array.from(truth);
  const have = is.reduce((sum, one) => sum + one, 0);
  if (word === "average_precision") return { "Boyd's logit": logit(value, 1 / Math.sqrt(have * value * (1 - value))) };
  if (word !== "roc_auc") return {};
  const { parts } = areaWithPlacements(
    is,
    Float64Array.from(is, (_, row) => probabilities[2 * row + 1]!),
  );
  const deviation = Math.sqrt(parts.reduce((sum, one) => sum + one ** 2, 0));
  return {
    "DeLong's logit": logit(value, deviation / (value * (1 - value))),
    Newcombe: newcombeAucInterval(value, have, is.length - have),
  };
}
/** Returns null for a score of 0 or 1, where the logit is undefined. */
function logit(value: number, deviation: number): ConfidenceInterval | null {
  if (!Number.isFinite(deviation) || value <= 0 || value >= 1) return null;
  const end = (z: number): number => 1 / (1 + Math.exp(-(Math.log(value / (1 - value)) + z * deviation)));
  return { low: end(-NORMAL_QUANTILE_95), high: end(NORMAL_QUANTILE_95) };
}

/** Abramowitz and Stegun 26.2.17. The error is below 1e-7, far below the resolution of the draws. */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const above = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z > 0 ? 1 - above : above;
}
function normalQuantile(share: number): number {
  if (share <= 0 || share >= 1) return Number.NaN;
  let [low, high] = [-8, 8];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (normalBelow(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
