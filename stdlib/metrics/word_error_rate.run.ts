/** Levenshtein's distance of words, summed over rows, per word of the targets. NaN where the targets have no word. */
import type { MetricImplementation, WrittenMetricInput } from "../kinds/metric.js";
import { editDistance } from "../lib/metrics/edit-distance.js";
import { drawnFrom, rowSums, whole, type RowSums } from "../lib/metrics/row-sums.js";
import { wordsIn } from "../lib/tasks/words.js";

export const wordErrorRate: MetricImplementation = {
  ofWritten: (_call, input) => whole(sumsOf(input)),
  samplers: { ofWritten: (_call, input) => drawnFrom(sumsOf(input)) },
  why: {
    ofWritten: (_call, { targets }) => (targets.some((text) => /\S/u.test(text)) ? null : "no target has a word"),
  },
};

function sumsOf({ written, targets }: WrittenMetricInput): RowSums {
  const errors = (row: number): readonly number[] => {
    const wanted = wordsIn(targets[row]!);
    return [editDistance(wordsIn(written[row]!), wanted), wanted.length];
  };
  return rowSums(targets.length, 2, errors, (sums) => (sums[1] === 0 ? Number.NaN : sums[0]! / sums[1]!));
}
