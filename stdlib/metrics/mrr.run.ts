/** Source: sentence-transformers' InformationRetrievalEvaluator, which lets chance decide between texts that stand level. */
import type { Call } from "#dsl/types/value.js";
import type { MetricImplementation, RankingMetricInput } from "../kinds/metric.js";
import { reciprocalRanks } from "../lib/metrics/ranking.js";
import { drawnFrom, whole } from "../lib/metrics/row-sums.js";

const means = ({ arguments: { at } }: Call, { searches }: RankingMetricInput) =>
  reciprocalRanks(searches, typeof at === "number" ? at : undefined);

export const mrr: MetricImplementation = {
  ofRankings: (call, input) => whole(means(call, input)),
  samplers: { ofRankings: (call, input) => drawnFrom(means(call, input)) },
};
