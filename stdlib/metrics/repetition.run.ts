/**
 * Welleck et al. 2020 (arXiv 1908.04319): seq-rep-n, 1 − distinct n-grams / n-grams. A text shorter than n repeats
 * nothing.
 */
import type { MetricImplementation, WrittenMetricInput } from "./kind.js";
import { nGrams, nGramCount, splitWords } from "./shared/n-grams.js";
import { rowMeansOf, writtenSumsMetric, type RowSums } from "./shared/row-sums.js";

export const repetition: MetricImplementation = {
  ...writtenSumsMetric((call, input) => shares(Number(call.arguments["words"]), input)),
};

function shares(n: number, { written }: WrittenMetricInput): RowSums {
  return rowMeansOf(written.length, (row) => {
    const words = splitWords(written[row]!);
    const all = nGramCount(words.length, n);
    return all === 0 ? 0 : 1 - nGrams(words, n).size / all;
  });
}
