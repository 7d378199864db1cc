/** Source: scikit-learn's `balanced_accuracy_score`: labels without rows are left out. NaN without rows. */
import type { MetricImplementation } from "./kind.js";
import { labelCounts } from "./shared/counts.js";
import { decisionsOfLabels, rareRecallIntervals } from "./shared/rare-shares.js";

export const balancedAccuracy: MetricImplementation = {
  compute(_call, input) {
    const had = labelCounts(input).filter(({ have }) => have > 0);
    return had.reduce((sum, { hit, have }) => sum + hit / have, 0) / had.length;
  },
  rare: { compute: (_call, input) => rareRecallIntervals(decisionsOfLabels(input)) },
};
