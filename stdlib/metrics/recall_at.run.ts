/** Source: sentence-transformers' InformationRetrievalEvaluator (recall@k). */
import type { Call } from "#dsl/types/value.js";
import type { MetricImplementation, RankingMetricInput } from "../kinds/metric.js";
import { meansOver, placesOf } from "../lib/metrics/ranking.js";
import { drawnFrom, whole } from "../lib/metrics/row-sums.js";

function means({ arguments: { places } }: Call, { searches }: RankingMetricInput) {
  const found = (place: number): boolean => place <= Number(places);
  return meansOver(searches, (ranks) => placesOf(ranks).filter(found).length / ranks.length);
}

export const recallAt: MetricImplementation = {
  ofRankings: (call, input) => whole(means(call, input)),
  samplers: { ofRankings: (call, input) => drawnFrom(means(call, input)) },
};
