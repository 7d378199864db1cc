/** Source: scikit-learn's `ndcg_score`: texts that stand level share the mean of their places' discounts. */
import type { Call } from "#dsl/types/value.js";
import type { MetricImplementation, RankingMetricInput } from "../kinds/metric.js";
import { meansOver } from "../lib/metrics/ranking.js";
import { drawnFrom, whole } from "../lib/metrics/row-sums.js";

function means({ arguments: { at } }: Call, { searches }: RankingMetricInput) {
  const most = typeof at === "number" ? at : Number.POSITIVE_INFINITY;
  /** Of the places from `from` on, counted from 0. */
  const discounts = (from: number, count: number): number => {
    let sum = 0;
    for (let i = from; i < Math.min(from + count, most); i++) sum += 1 / Math.log2(i + 2);
    return sum;
  };
  return meansOver(
    searches,
    (ranks) =>
      ranks.reduce((gain, { above, level }) => gain + discounts(above, level) / level, 0) / discounts(0, ranks.length),
  );
}

export const ndcg: MetricImplementation = {
  ofRankings: (call, input) => whole(means(call, input)),
  samplers: { ofRankings: (call, input) => drawnFrom(means(call, input)) },
};
