/** Source: scikit-learn's `matthews_corrcoef` (Gorodkin, 2004, for several labels); 0 where one answer is all that is true or said. */
import type { MetricImplementation } from "./kind.js";
import { counts, type Counts } from "./shared/counts.js";
import { countsOfTable, rareAgreement } from "./shared/rare-agreement.js";

export const matthewsCorrelation: MetricImplementation = {
  compute(_call, input) {
    const n = input.truth.length;
    return n === 0 ? Number.NaN : correlation(counts(input));
  },
  rare: {
    compute: (_call, input) => rareAgreement(input, (table) => correlation(countsOfTable(table))),
  },
};

function correlation(all: readonly Counts[]): number {
  const n = all.reduce((sum, { have }) => sum + have, 0);
  let [right, product, said, real] = [0, 0, n ** 2, n ** 2];
  for (const { hit, given, have } of all) {
    right += hit;
    product += given * have;
    said -= given ** 2;
    real -= have ** 2;
  }
  return said * real === 0 ? 0 : (right * n - product) / Math.sqrt(said * real);
}
