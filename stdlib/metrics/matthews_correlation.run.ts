/**
 * Source: scikit-learn's `matthews_corrcoef` (Gorodkin, 2004, for several labels); 0 if all true or all predicted
 * labels are the same.
 */
import type { MetricImplementation } from "./kind.js";
import { labelCounts, type LabelCounts } from "./shared/counts.js";
import { countsOfConfusionTable, rareAgreementIntervals } from "./shared/rare-agreement.js";

export const matthewsCorrelation: MetricImplementation = {
  compute(_call, input) {
    const n = input.truth.length;
    return n === 0 ? Number.NaN : correlation(labelCounts(input));
  },
  rare: {
    compute: (_call, input) => rareAgreementIntervals(input, (table) => correlation(countsOfConfusionTable(table))),
  },
};

function correlation(all: readonly LabelCounts[]): number {
  const n = all.reduce((sum, { have }) => sum + have, 0);
  let [right, product, predictedTerm, real] = [0, 0, n ** 2, n ** 2];
  for (const { hit, given, have } of all) {
    right += hit;
    product += given * have;
    predictedTerm -= given ** 2;
    real -= have ** 2;
  }
  return predictedTerm * real === 0 ? 0 : (right * n - product) / Math.sqrt(predictedTerm * real);
}
