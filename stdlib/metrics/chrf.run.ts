/**
 * chrF (Popović, 2015) over a corpus with the settings that sacrebleu reports as `nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no`:
 * precision and recall are means over the lengths of runs that occur on both sides, and recall weighs twice as much.
 */
import type { MetricImplementation, WrittenMetricInput } from "../kinds/metric.js";
import { nGrams, runs, shared, wordsOf } from "../lib/metrics/n-grams.js";
import { drawnFrom, rowSums, whole, type RowSums } from "../lib/metrics/row-sums.js";

const ORDER = 6;
const BETA = 2;

export const chrf: MetricImplementation = {
  ofWritten: (_call, input) => whole(sumsOf(input)),
  samplers: { ofWritten: (_call, input) => drawnFrom(sumsOf(input)) },
};

/** Of each row, for each length of runs: those that were written, those of the target, and those that match. */
function sumsOf({ written, targets }: WrittenMetricInput): RowSums {
  const orders = Array.from({ length: ORDER }, (_, i) => i);
  return rowSums(
    written.length,
    3 * ORDER,
    (row) => {
      const [own, target] = [characters(written[row]!), characters(targets[row]!)];
      return orders.flatMap((i) => {
        const wanted = runs(target.length, i + 1);
        const match = shared(nGrams(own, i + 1), nGrams(target, i + 1));
        return [wanted > 0 ? runs(own.length, i + 1) : 0, wanted, match];
      });
    },
    (counts) => {
      const sums = orders.map((i) => ({ own: counts[3 * i]!, target: counts[3 * i + 1]!, match: counts[3 * i + 2]! }));
      const both = sums.filter((sum) => sum.own > 0 && sum.target > 0);
      const mean = (of: (sum: (typeof sums)[number]) => number): number =>
        both.reduce((total, sum) => total + of(sum), 0) / Math.max(1, both.length);
      const [precision, recall] = [mean((s) => s.match / s.own), mean((s) => s.match / s.target)];
      if (precision + recall === 0) return 0;
      const weight = BETA ** 2;
      return (100 * (1 + weight) * precision * recall) / (weight * precision + recall);
    },
  );
}

function characters(text: string): readonly string[] {
  return [...wordsOf(text).join("")];
}
