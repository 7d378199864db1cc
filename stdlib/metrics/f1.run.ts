/** Source: scikit-learn's `f1_score` with `zero_division=0`. */
import type { MetricImplementation } from "./kind.js";
import {
  averageScore,
  averageScoreOfSets,
  averageScoreSampler,
  averageScoreOfSetsSampler,
  type LabelCounts,
} from "./shared/counts.js";
import { decisionsOfLabels, decisionsOfLabelSets, rareShareIntervals, SCORED_SHARES } from "./shared/rare-shares.js";
import { averageAtBestCut } from "./shared/threshold.js";

export const f1Score = ({ hit, given, have }: LabelCounts): number =>
  given + have === 0 ? 0 : (2 * hit) / (given + have);

const scored = { score: f1Score, defined: ({ given, have }: LabelCounts): boolean => given + have > 0 };

export const f1: MetricImplementation = {
  compute: (call, input) => averageScore(call, input, f1Score),
  ofPairs: (call, input) => averageAtBestCut(call, input, f1Score),
  ofLabelSets: (call, input) => averageScoreOfSets(call, input, f1Score),
  ofYes: f1Score,
  samplers: {
    compute: (call, input) => averageScoreSampler(call, input, scored),
    ofLabelSets: (call, input) => averageScoreOfSetsSampler(call, input, scored),
  },
  rare: {
    compute: (call, input) => rareShareIntervals(call, decisionsOfLabels(input), SCORED_SHARES.f1, false),
    ofLabelSets: (call, input) => rareShareIntervals(call, decisionsOfLabelSets(input), SCORED_SHARES.f1, true),
  },
};
