import { defineWord } from "#dsl/language/types/define.js";
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation, RankingMetricInput } from "./kind.js";
import { rankCutoffParameter, reciprocalRankMeans } from "./shared/ranking.js";
import { rowSumsSampler, scoreOfAllRows } from "./shared/row-sums.js";

export const word = defineWord({
  kind: "metric",
  name: "mrr",
  doc: "Mean reciprocal rank: 1 if each text ranks its own match first, 0.5 if second. If several match, the best rank counts.",
  example: "metrics: [mrr]",
  elsewhere: { mean_reciprocal_rank: "mrr", reciprocal_rank: "mrr", MRR: "mrr", k: "at", top_k: "at", "mrr@10": "mrr" },
  capabilities: { better: "greater", perfect: 1, outcomes: ["ranking"] },
  parameters: [rankCutoffParameter(null)],
  load: () => Promise.resolve(mrr),
});

/** Source: sentence-transformers' InformationRetrievalEvaluator, in which ties are ordered by chance. */
const means = ({ arguments: { at: cutoff } }: Call, { searches }: RankingMetricInput) =>
  reciprocalRankMeans(searches, typeof cutoff === "number" ? cutoff : undefined);

const mrr: MetricImplementation = {
  ofRankings: (call, input) => scoreOfAllRows(means(call, input)),
  samplers: { ofRankings: (call, input) => rowSumsSampler(means(call, input)) },
};
