import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation } from "./kind.js";
import { labelCounts } from "./shared/counts.js";
import { decisionsOfLabels, rareRecallIntervals } from "./shared/rare-shares.js";

export const word = defineWord({
  kind: "metric",
  name: "balanced_accuracy",
  doc: "Mean recall of the labels: accuracy with equal weight for each label, however rare. Predicting one label for all rows scores 1 divided by the number of labels.",
  example: "metrics: [balanced_accuracy]",
  elsewhere: { balanced_accuracy_score: "balanced_accuracy", bacc: "balanced_accuracy" },
  capabilities: { better: "greater", perfect: 1, outcomes: ["label"] },
  parameters: [],
  load: () => Promise.resolve(balancedAccuracy),
});

/** Source: scikit-learn's `balanced_accuracy_score`: labels without rows are left out. NaN without rows. */
const balancedAccuracy: MetricImplementation = {
  compute(_call, input) {
    const had = labelCounts(input).filter(({ have }) => have > 0);
    return had.reduce((sum, { hit, have }) => sum + hit / have, 0) / had.length;
  },
  rare: { compute: (_call, input) => rareRecallIntervals(decisionsOfLabels(input)) },
};
