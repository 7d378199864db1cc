import { defineWord } from "#dsl/language/types/define.js";
import { checkAverageFitsLabels, averageParameters } from "./shared/average.js";
import type { MetricImplementation } from "./kind.js";
import {
  averageScore,
  averageScoreOfSets,
  averageScoreSampler,
  averageScoreOfSetsSampler,
  type LabelCounts,
} from "./shared/counts.js";
import { f1Score as f1 } from "./f1.js";
import { decisionsOfLabels, decisionsOfLabelSets, rareShareIntervals, SHARE_SCORES } from "./shared/rare-shares.js";
import { averageScoreAtBestThreshold } from "./shared/threshold.js";

export const word = defineWord({
  kind: "metric",
  name: "precision",
  doc: "Share of the rows given a label that truly have it.",
  example: "metrics: [precision(macro)]",
  capabilities: { better: "greater", perfect: 1, outcomes: ["label", "label_set", "pair"] },
  parameters: averageParameters,
  check: checkAverageFitsLabels,
  load: () => Promise.resolve(precision),
});

/** Source: scikit-learn's `precision_score` with `zero_division=0`. */
const score = ({ hit, given }: LabelCounts): number => (given === 0 ? 0 : hit / given);

const scored = { score, defined: ({ given }: LabelCounts): boolean => given > 0 };

const precision: MetricImplementation = {
  compute: (call, input) => averageScore(call, input, score),
  // At the threshold with the best F1: precision or recall alone can always reach 1.
  ofPairs: (call, input) => averageScoreAtBestThreshold(call, input, score, f1),
  ofLabelSets: (call, input) => averageScoreOfSets(call, input, score),
  ofYes: score,
  samplers: {
    compute: (call, input) => averageScoreSampler(call, input, scored),
    ofLabelSets: (call, input) => averageScoreOfSetsSampler(call, input, scored),
  },
  rare: {
    compute: (call, input) => rareShareIntervals(call, decisionsOfLabels(input), SHARE_SCORES.precision, false),
    ofLabelSets: (call, input) => rareShareIntervals(call, decisionsOfLabelSets(input), SHARE_SCORES.precision, true),
  },
};
