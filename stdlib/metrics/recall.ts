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
  name: "recall",
  doc: "Share of the rows with a label that were given it.",
  example: "metrics: [recall(macro)]",
  capabilities: { better: "greater", perfect: 1, outcomes: ["label", "label_set", "pair"] },
  parameters: averageParameters,
  check: checkAverageFitsLabels,
  load: () => Promise.resolve(recall),
});

/** Source: scikit-learn's `recall_score` with `zero_division=0`. */
const score = ({ hit, have }: LabelCounts): number => (have === 0 ? 0 : hit / have);

const scored = { score, defined: ({ have }: LabelCounts): boolean => have > 0 };

const recall: MetricImplementation = {
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
    compute: (call, input) => rareShareIntervals(call, decisionsOfLabels(input), SHARE_SCORES.recall, false),
    ofLabelSets: (call, input) => rareShareIntervals(call, decisionsOfLabelSets(input), SHARE_SCORES.recall, true),
  },
};
