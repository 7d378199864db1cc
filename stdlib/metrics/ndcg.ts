import { defineWord } from "#dsl/language/types/define.js";
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation, RankingMetricInput } from "./kind.js";
import { rankCutoffParameter, meanScoreOverSearches } from "./shared/ranking.js";
import { rowSumsSampler, scoreOfAllRows } from "./shared/row-sums.js";

export const word = defineWord({
  kind: "metric",
  name: "ndcg",
  doc: "Normalised discounted cumulative gain: a match counts less the lower its rank; 1 is the best possible order.",
  example: "metrics: [ndcg(10)]",
  elsewhere: {
    ndcg_score: "ndcg",
    normalized_discounted_cumulative_gain: "ndcg",
    k: "at",
    top_k: "at",
    "ndcg@10": "ndcg",
  },
  capabilities: { better: "greater", perfect: 1, namesDefault: true, outcomes: ["ranking"] },
  parameters: [rankCutoffParameter({ value: 10 })],
  load: () => Promise.resolve(ndcg),
});

/** Source: scikit-learn's `ndcg_score`: tied texts share the mean discount of their places. */
function means({ arguments: { at: cutoff } }: Call, { searches }: RankingMetricInput) {
  const most = typeof cutoff === "number" ? cutoff : Number.POSITIVE_INFINITY;
  /** Returns the sum of discounts of `count` places from `from` on, counted from 0. */
  const discounts = (from: number, count: number): number => {
    let sum = 0;
    for (let i = from; i < Math.min(from + count, most); i++) sum += 1 / Math.log2(i + 2);
    return sum;
  };
  return meanScoreOverSearches(
    searches,
    (ranks) =>
      ranks.reduce((gain, { above, level }) => gain + discounts(above, level) / level, 0) / discounts(0, ranks.length),
  );
}

const ndcg: MetricImplementation = {
  ofRankings: (call, input) => scoreOfAllRows(means(call, input)),
  samplers: { ofRankings: (call, input) => rowSumsSampler(means(call, input)) },
};
