/**
 * Rare-label intervals of average precision. It is the mean precision at the true decisions, and is treated as a share
 * of that many decisions (Boyd, Eng and Page, 2013). These intervals are slightly too wide; bootstrap intervals of few
 * rows are too narrow.
 */
import type { LabelSetMetricInput } from "../kind.js";
import { midPInterval } from "../../statistics/mid-p.js";
import { scoreSpread, type UncertainProportion, type RareLabelIntervalMethod } from "../../statistics/spread.js";
import { varianceCorrection, MIN_TRUE_DECISIONS_FOR_VARIANCE } from "./rare-areas.js";
import { FREQUENT_LABEL_ROWS } from "./rare-shares.js";

/** Returns the interval method. `micro`: all decisions are ranked together. */
export function rarePrecisionIntervals(
  input: LabelSetMetricInput,
  average: "macro" | "micro" | "weighted",
): RareLabelIntervalMethod {
  const { labels, truth } = input;
  const n = labels.length;
  const all = labels.map((_, label) => label);
  const rankings = average === "micro" ? [all] : all.map((label) => [label]);
  const haveOf = (ranking: readonly number[], units: Uint32Array): number =>
    units.reduce((sum, row) => sum + ranking.reduce((total, label) => total + truth[row * n + label]!, 0), 0);
  const every = Uint32Array.from({ length: truth.length / n }, (_, row) => row);
  // A label without any row scores 0; a label that has rows, but none among these, is left out.
  const anywhere = rankings.map((ranking) => haveOf(ranking, every) > 0);
  return {
    frequent: (units) =>
      average !== "micro" && rankings.every((ranking) => haveOf(ranking, units) >= FREQUENT_LABEL_ROWS),
    measureSpread(units) {
      const have = rankings.map((ranking) => haveOf(ranking, units));
      if (have.every((count) => count === 0)) return { label: labels[0] ?? "", rows: 0, needed: 1 };
      const weights = have.map((count, i) => (average === "weighted" ? count : Number(count > 0 || !anywhere[i])));
      const sum = weights.reduce((a, b) => a + b, 0);
      const shares = rankings.map((ranking, i) => movingOf(input, ranking, units, weights[i]! / sum));
      return scoreSpread(units.length, n, shares);
    },
  };
}

function movingOf(
  { labels, truth, probabilities }: LabelSetMetricInput,
  ranking: readonly number[],
  rows: Uint32Array,
  weight: number,
): UncertainProportion {
  const [each, n] = [ranking.length, labels.length];
  const [is, scores] = [new Uint8Array(rows.length * each), new Float64Array(rows.length * each)];
  for (let index = 0; index < is.length; index++) {
    const from = rows[Math.floor(index / each)]! * n + ranking[index % each]!;
    is[index] = truth[from]!;
    scores[index] = probabilities[from]!;
  }
  const { score, have, parts } = averagePrecisionInfluences(is, scores);
  const residuals = new Float64Array(rows.length);
  parts.forEach((part, index) => (residuals[Math.floor(index / each)]! += part));
  const squares = residuals.reduce((sum, one) => sum + one ** 2, 0);
  const variance = squares < ROUNDING ? 0 : squares;
  const effective = variance > 0 ? (score * (1 - score)) / (variance * varianceCorrection(have)) : have;
  // With few true rows, all of them may vary little by chance.
  const effectiveCount = have < MIN_TRUE_DECISIONS_FOR_VARIANCE ? Math.min(have, effective) : effective;
  // The lower bound of an imperfect ranking is at most that of a perfect one.
  const { low: least, high } = midPInterval(score * effectiveCount, effectiveCount);
  const low = Math.min(least, midPInterval(have, have).low);
  const units = Uint32Array.from(rows, (_, index) => index);
  return { label: ranking[0]!, units, residuals, down: weight * (score - low), up: weight * (high - score) };
}
/** Rounding error of a sum of squares that should be 0. */
const ROUNDING = 1e-24;

/** Returns the average precision, and its derivative by the weight of each decision (the infinitesimal jackknife). */
export function averagePrecisionInfluences(
  is: Uint8Array,
  scores: Float64Array,
): { readonly score: number; readonly have: number; readonly parts: Float64Array } {
  const order = Uint32Array.from(is, (_, index) => index).sort((a, b) => scores[b]! - scores[a]!);
  const have = is.reduce((sum, one) => sum + one, 0);
  const parts = new Float64Array(is.length);
  if (have === 0) return { score: 0, have, parts };
  // Groups of tied decisions: cumulative hits up to the end of each, and hits within it.
  const levels: { readonly from: number; readonly to: number; readonly hits: number; readonly levelHits: number }[] =
    [];
  let [hits, score] = [0, 0];
  for (let from = 0, to = 0; from < order.length; from = to) {
    let levelHits = 0;
    for (; to < order.length && scores[order[to]!] === scores[order[from]!]; to++) levelHits += is[order[to]!]!;
    hits += levelHits;
    score += (levelHits * hits) / to;
    levels.push({ from, to, hits, levelHits });
  }
  // The sum of precisions is divided once, so that the score of a perfect ranking is exactly 1.
  score /= have;
  // A decision changes the precision of all lower ones: by 1 / all if it is true, and by −hits / all² in any case.
  let [more, less] = [0, 0];
  for (const { from, to, hits: until, levelHits } of levels.toReversed()) {
    more += levelHits / to;
    less += (levelHits * (until / to)) / to;
    for (let i = from; i < to; i++) parts[order[i]!] = (is[order[i]!]! * (until / to - score + more) - less) / have;
  }
  return { score, have, parts };
}
