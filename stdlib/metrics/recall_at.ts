import { defineWord } from "#dsl/language/types/define.js";
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation, RankingMetricInput } from "./kind.js";
import { meanScoreOverSearches, ranksOfRelevantTexts } from "./shared/ranking.js";
import { rowSumsSampler, scoreOfAllRows } from "./shared/row-sums.js";

export const word = defineWord({
  kind: "metric",
  name: "recall_at",
  doc: "Share of a text's matches among the first ranks; with a single match, how often it is there.",
  example: "metrics: [recall_at(1), recall_at(10)]",
  elsewhere: { "recall@10": "recall_at", recall_at_k: "recall_at", top_k: "places", k: "places", hits: "recall_at" },
  capabilities: { better: "greater", perfect: 1, outcomes: ["ranking"] },
  parameters: [
    {
      name: "places",
      type: { is: "number", integer: true },
      doc: "How many places are looked at.",
      range: { min: 1 },
      positional: true,
      required: true,
      why: "Without a bound everything is found.",
      impact: "high",
    },
  ],
  load: () => Promise.resolve(recallAt),
});

/** Source: sentence-transformers' InformationRetrievalEvaluator (recall@k). */
function means({ arguments: { places } }: Call, { searches }: RankingMetricInput) {
  const found = (place: number): boolean => place <= Number(places);
  return meanScoreOverSearches(searches, (ranks) => ranksOfRelevantTexts(ranks).filter(found).length / ranks.length);
}

const recallAt: MetricImplementation = {
  ofRankings: (call, input) => scoreOfAllRows(means(call, input)),
  samplers: { ofRankings: (call, input) => rowSumsSampler(means(call, input)) },
};
