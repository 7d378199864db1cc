/** Source: scipy's `spearmanr`. */
import type { MetricImplementation } from "./kind.js";
import { correlation, ranks, ranksOfDrawn, whyUncorrelated } from "./shared/correlation.js";

export const spearman: MetricImplementation = {
  ofNumbers: (_call, { truth, predicted }) => correlation(ranks(truth), ranks(predicted)),
  samplers: {
    ofNumbers(_call, { truth, predicted }) {
      const [own, other] = [ranksOfDrawn(truth), ranksOfDrawn(predicted)];
      return (drawn) => correlation(own(drawn), other(drawn));
    },
  },
  why: { ofNumbers: whyUncorrelated },
};
