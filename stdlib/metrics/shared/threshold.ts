/** Classifies pairs by the similarity of their texts, at the best threshold. */
import type { Call } from "#dsl/language/types/value.js";
import type { PairMetricInput } from "../kind.js";
import { averageScoreOfCounts, type LabelCounts } from "./counts.js";

/** Returns a score from the counts of both labels: non-matching pairs, then matching ones. */
export type ThresholdScore = (counts: readonly [LabelCounts, LabelCounts]) => number;

export const accuracyAtThreshold: ThresholdScore = ([other, same]) => (other.hit + same.hit) / (other.have + same.have);

/**
 * Finds the best threshold; pairs at or above it count as matching. Ties prefer the highest threshold. NaN without
 * pairs.
 */
export function bestSimilarityThreshold(
  { same, similarity }: PairMetricInput,
  score: ThresholdScore,
): { readonly value: number; readonly threshold: number; readonly counts: readonly [LabelCounts, LabelCounts] } {
  const n = same.length;
  const have = same.reduce((sum, s) => sum + s, 0);
  const order = Uint32Array.from(same, (_, i) => i);
  if (!falls(similarity)) order.sort((a, b) => similarity[b]! - similarity[a]!);
  const countsAt = (given: number, hit: number): readonly [LabelCounts, LabelCounts] => [
    { hit: n - have - (given - hit), given: n - given, have: n - have },
    { hit, given, have },
  ];
  let best = { value: Number.NaN, threshold: Number.POSITIVE_INFINITY, counts: countsAt(0, 0) };
  for (let [given, hit] = [0, 0]; n > 0;) {
    const counts = countsAt(given, hit);
    const value = score(counts);
    // Midpoint to the next pair, so that similar rows fall on the same side.
    const above = similarity[order[Math.max(given - 1, 0)]!]!;
    const below = similarity[order[Math.min(given, n - 1)]!]!;
    const threshold = (above + below) / 2 + (given === 0 ? 1e-6 : 0);
    if (!(value <= best.value)) best = { value, threshold, counts };
    if (given === n) break;
    const level = similarity[order[given]!]!;
    while (given < n && similarity[order[given]!] === level) hit += same[order[given++]!]!;
  }
  return best;
}

function falls(values: Float64Array): boolean {
  for (let i = 1; i < values.length; i++) if (!(values[i]! <= values[i - 1]!)) return false;
  return true;
}

/** Returns an average over both labels (`average`, `of`), at the threshold where `by` is best. */
export function averageScoreAtBestThreshold(
  call: Call,
  input: PairMetricInput,
  score: (c: LabelCounts) => number,
  by = score,
): number {
  const over =
    (of: (c: LabelCounts) => number): ThresholdScore =>
    (counts) =>
      averageScoreOfCounts(call, input.labels, counts, of);
  return over(score)(bestSimilarityThreshold(input, over(by)).counts);
}
