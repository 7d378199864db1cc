import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation } from "./kind.js";
import { correlation, ranksOf, drawnSampleRanker, uncorrelatedReason } from "./shared/correlation.js";

export const word = defineWord({
  kind: "metric",
  name: "spearman",
  doc: "How well predictions preserve the order of the true values: Pearson's correlation of their ranks.",
  example: "metrics: [spearman]",
  elsewhere: { spearmanr: "spearman" },
  capabilities: { better: "greater", outcomes: ["number", "similarity"] },
  parameters: [],
  load: () => Promise.resolve(spearman),
});

/** Source: scipy's `spearmanr`. */
const spearman: MetricImplementation = {
  ofNumbers: (_call, { truth, predicted }) => correlation(ranksOf(truth), ranksOf(predicted)),
  samplers: {
    ofNumbers(_call, { truth, predicted }) {
      const [truthRanks, other] = [drawnSampleRanker(truth), drawnSampleRanker(predicted)];
      return (drawn) => correlation(truthRanks(drawn), other(drawn));
    },
  },
  why: { ofNumbers: uncorrelatedReason },
};
