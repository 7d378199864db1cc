/** Source: sentence-transformers' InformationRetrievalEvaluator, which lets chance decide between texts that stand level. */
import type { MetricImplementation } from "../kinds/metric.js";
import { meanReciprocalRank } from "./ranking.js";

export const mrr: MetricImplementation = {
  ofRankings({ arguments: { at } }, { searches }) {
    return meanReciprocalRank(searches, typeof at === "number" ? at : undefined);
  },
};
