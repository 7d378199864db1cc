import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation } from "./kind.js";
import { labelCounts, type LabelCounts } from "./shared/counts.js";
import { countsOfConfusionTable, rareAgreementIntervals } from "./shared/rare-agreement.js";

export const word = defineWord({
  kind: "metric",
  name: "matthews_correlation",
  doc: "Matthews' correlation of true and predicted labels, over all labels at once: 1 is perfect, 0 is no better than chance or than a constant prediction, however unbalanced the labels are.",
  example: "metrics: [matthews_correlation]",
  elsewhere: {
    mcc: "matthews_correlation",
    matthews_corrcoef: "matthews_correlation",
    matthews: "matthews_correlation",
    phi_coefficient: "matthews_correlation",
  },
  capabilities: { better: "greater", outcomes: ["label"] },
  parameters: [],
  load: () => Promise.resolve(matthewsCorrelation),
});

/**
 * Source: scikit-learn's `matthews_corrcoef` (Gorodkin, 2004, for several labels); 0 if all true or all predicted
 * labels are the same.
 */
const matthewsCorrelation: MetricImplementation = {
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
