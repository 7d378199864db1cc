/**
 * Source: scikit-learn's `cohen_kappa_score` with all labels given (Cohen 1960, 1968). NaN if one label is the only
 * true and the only predicted one. A missing prediction (−1) has the maximum distance to any label.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation } from "./kind.js";
import { rareAgreementIntervals, confusionTable, type PredictionCounts } from "./shared/rare-agreement.js";

export const cohenKappa: MetricImplementation = {
  compute: (call, input) => kappaOf(call, confusionTable(input)),
  rare: {
    compute(call, input) {
      const n = input.labels.length;
      const cost = costOf(call, n);
      const worst = cost(0, Math.max(1, n - 1));
      return rareAgreementIntervals(
        input,
        (table) => kappaOf(call, table),
        (a, b) => cost(a, b) / worst,
      );
    },
  },
  why: {
    compute: (_call, { truth, predicted, labels }) =>
      truth.length > 0 && truth.every((label) => label === truth[0]) && predicted.every((label) => label === truth[0])
        ? `every row is “${labels[truth[0]!] ?? ""}”, and was predicted as such`
        : null,
  },
};

/** Returns the cost of a mistake; label `n` means that no label was predicted. */
function costOf({ arguments: { weights } }: Call, n: number): (a: number, b: number) => number {
  if (weights !== "linear" && weights !== "quadratic") return (a, b) => Number(a !== b);
  const power = weights === "quadratic" ? 2 : 1;
  return (a, b) => (b === n ? n - 1 : Math.abs(a - b)) ** power;
}

function kappaOf(call: Call, table: readonly PredictionCounts[]): number {
  const n = table.length;
  const cost = costOf(call, n);
  const real = table.map((line) => line.reduce((sum, one) => sum + one, 0));
  const rows = real.reduce((sum, one) => sum + one, 0);
  let [seen, chance] = [0, 0];
  for (let b = 0; b <= n; b++) {
    let expected = 0;
    for (let a = 0; a < n; a++) {
      expected += table[a]![b]!;
      seen += cost(a, b) * table[a]![b]!;
    }
    for (let a = 0; a < n; a++) chance += (cost(a, b) * real[a]! * expected) / rows;
  }
  return chance > 0 ? 1 - seen / chance : Number.NaN;
}
