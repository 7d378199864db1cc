/** Source: sentence-transformers' InformationRetrievalEvaluator (recall@k). */
import type { MetricImplementation } from "../kinds/metric.js";
import { meanOver, placesOf } from "./ranking.js";

export const recallAt: MetricImplementation = {
  ofRankings({ arguments: { places } }, { searches }) {
    const found = (place: number): boolean => place <= Number(places);
    return meanOver(searches, (ranks) => placesOf(ranks).filter(found).length / ranks.length);
  },
};
