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
import { decisionsOfLabels, decisionsOfLabelSets, rareShareIntervals, SHARE_SCORES } from "./shared/rare-shares.js";
import { averageScoreAtBestThreshold } from "./shared/threshold.js";

export const word = defineWord({
  kind: "metric",
  name: "f1",
  doc: "Harmonic mean of precision and recall.",
  example: "metrics: [f1(macro)]",
  /** `constant`: for label sets, the best constant prediction differs from the likeliest set. */
  capabilities: {
    better: "greater",
    perfect: 1,
    outcomes: ["label", "label_set", "pair"],
    constant: (call) => (["micro", "samples"].includes(call.arguments.average) ? "commonest labels" : "all labels"),
  },
  advice: {
    f1_macro: "write `f1(macro)`",
    f1_micro: "write `f1(micro)`",
    f1_weighted: "write `f1(weighted)`",
    macro_f1: "write `f1(macro)`",
    f1_score: "write `f1`, or `f1(macro)` on three labels and more",
  },
  parameters: averageParameters,
  check: checkAverageFitsLabels,
  load: () => Promise.resolve(f1),
});

/** Source: scikit-learn's `f1_score` with `zero_division=0`. */
export const f1Score = ({ hit, given, have }: LabelCounts): number =>
  given + have === 0 ? 0 : (2 * hit) / (given + have);

const scored = { score: f1Score, defined: ({ given, have }: LabelCounts): boolean => given + have > 0 };

const f1: MetricImplementation = {
  compute: (call, input) => averageScore(call, input, f1Score),
  ofPairs: (call, input) => averageScoreAtBestThreshold(call, input, f1Score),
  ofLabelSets: (call, input) => averageScoreOfSets(call, input, f1Score),
  ofYes: f1Score,
  samplers: {
    compute: (call, input) => averageScoreSampler(call, input, scored),
    ofLabelSets: (call, input) => averageScoreOfSetsSampler(call, input, scored),
  },
  rare: {
    compute: (call, input) => rareShareIntervals(call, decisionsOfLabels(input), SHARE_SCORES.f1, false),
    ofLabelSets: (call, input) => rareShareIntervals(call, decisionsOfLabelSets(input), SHARE_SCORES.f1, true),
  },
};
