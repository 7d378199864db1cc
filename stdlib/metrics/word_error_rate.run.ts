/** Levenshtein's distance of words, summed over rows, per word of the targets. NaN where the targets have no word. */
import type { MetricImplementation, WrittenMetricInput } from "../kinds/metric.js";
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
    return [distance(wordsIn(written[row]!), wanted), wanted.length];
  };
  return rowSums(targets.length, 2, errors, (sums) => (sums[1] === 0 ? Number.NaN : sums[0]! / sums[1]!));
}

function distance(from: readonly string[], to: readonly string[]): number {
  let above = Uint32Array.from({ length: to.length + 1 }, (_, j) => j);
  from.forEach((word, i) => {
    const row = new Uint32Array(to.length + 1);
    row[0] = i + 1;
    for (let j = 1; j <= to.length; j++)
      row[j] = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (word === to[j - 1] ? 0 : 1));
    above = row;
  });
  return above[to.length]!;
}
