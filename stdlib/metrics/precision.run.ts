/** Source: scikit-learn's `precision_score` with `zero_division=0`. */
import type { MetricImplementation } from "./kind.js";
import { averaged, averagedSets, drawnAverage, drawnAverageOfSets, type Counts } from "./shared/counts.js";
import { score as f1 } from "./f1.run.js";
import { ofLabels, ofSets, rareShares, SHARES } from "./shared/rare-shares.js";
import { atBest } from "./shared/threshold.js";

const score = ({ hit, given }: Counts): number => (given === 0 ? 0 : hit / given);

const scored = { score, defined: ({ given }: Counts): boolean => given > 0 };

export const precision: MetricImplementation = {
  compute: (call, input) => averaged(call, input, score),
  // Where F1 is best: alone either can be had whole.
  ofPairs: (call, input) => atBest(call, input, score, f1),
  ofLabelSets: (call, input) => averagedSets(call, input, score),
  ofYes: score,
  samplers: {
    compute: (call, input) => drawnAverage(call, input, scored),
    ofLabelSets: (call, input) => drawnAverageOfSets(call, input, scored),
  },
  rare: {
    compute: (call, input) => rareShares(call, ofLabels(input), SHARES.precision, false),
    ofLabelSets: (call, input) => rareShares(call, ofSets(input), SHARES.precision, true),
  },
};
