/** Source: scikit-learn's `balanced_accuracy_score`: labels that no row has are left out. NaN on no rows. */
import type { MetricImplementation } from "./kind.js";
import { counts } from "./shared/counts.js";
import { ofLabels, rareRecalls } from "./shared/rare-shares.js";

export const balancedAccuracy: MetricImplementation = {
  compute(_call, input) {
    const had = counts(input).filter(({ have }) => have > 0);
    return had.reduce((sum, { hit, have }) => sum + hit / have, 0) / had.length;
  },
  rare: { compute: (_call, input) => rareRecalls(ofLabels(input)) },
};
