import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation } from "./kind.js";
import { bestSimilarityThreshold, accuracyAtThreshold } from "./shared/threshold.js";

export const word = defineWord({
  kind: "metric",
  name: "accuracy",
  doc: "Share of rows with a correct prediction; with several labels per row, all of them must be correct.",
  example: "metrics: [accuracy]",
  capabilities: {
    better: "greater",
    perfect: 1,
    outcomes: ["label", "label_set", "pair"],
    share: true,
    metricForRareLabels: "f1(macro)",
  },
  elsewhere: {
    acc: "accuracy",
  },
  parameters: [],

  load: () => Promise.resolve(accuracy),
});

/** Source: scikit-learn's `accuracy_score`. NaN without rows. */
const accuracy: MetricImplementation = {
  compute(_call, { truth, predicted }) {
    let right = 0;
    for (let i = 0; i < truth.length; i++) if (truth[i] === predicted[i]) right += 1;
    return right / truth.length;
  },
  ofYes: ({ hit, given, have, all }) => (all - given - have + 2 * hit) / all,
  ofPairs: (_call, input) => bestSimilarityThreshold(input, accuracyAtThreshold).value,
  ofLabelSets(_call, { truth, predicted, labels }) {
    const n = labels.length;
    let right = 0;
    for (let offset = 0; offset < truth.length; offset += n)
      if (labels.every((_, l) => truth[offset + l] === predicted[offset + l])) right += 1;
    return (right * n) / truth.length;
  },
};
