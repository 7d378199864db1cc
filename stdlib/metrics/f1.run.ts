/** Source: scikit-learn's `f1_score` with `zero_division=0`. */
import type { MetricImplementation } from "./kind.js";
import { averaged, averagedSets, drawnAverage, drawnAverageOfSets, type Counts } from "./shared/counts.js";
import { ofLabels, ofSets, rareShares, SHARES } from "./shared/rare-shares.js";
import { atBest } from "./shared/threshold.js";

export const score = ({ hit, given, have }: Counts): number => (given + have === 0 ? 0 : (2 * hit) / (given + have));

const scored = { score, defined: ({ given, have }: Counts): boolean => given + have > 0 };

export const f1: MetricImplementation = {
  compute: (call, input) => averaged(call, input, score),
  ofPairs: (call, input) => atBest(call, input, score),
  ofLabelSets: (call, input) => averagedSets(call, input, score),
  ofYes: score,
  samplers: {
    compute: (call, input) => drawnAverage(call, input, scored),
    ofLabelSets: (call, input) => drawnAverageOfSets(call, input, scored),
  },
  rare: {
    compute: (call, input) => rareShares(call, ofLabels(input), SHARES.f1, false),
    ofLabelSets: (call, input) => rareShares(call, ofSets(input), SHARES.f1, true),
  },
};
