/** Source: scipy's `spearmanr`. */
import type { MetricImplementation } from "./kind.js";
import { correlation, ranksOf, drawRanks, uncorrelatedReason } from "./shared/correlation.js";

export const spearman: MetricImplementation = {
  ofNumbers: (_call, { truth, predicted }) => correlation(ranksOf(truth), ranksOf(predicted)),
  samplers: {
    ofNumbers(_call, { truth, predicted }) {
      const [truthRanks, other] = [drawRanks(truth), drawRanks(predicted)];
      return (drawn) => correlation(truthRanks(drawn), other(drawn));
    },
  },
  why: { ofNumbers: uncorrelatedReason },
};
