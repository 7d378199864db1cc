/** Welleck et al. 2020 (arXiv 1908.04319): seq-rep-n, 1 − different runs / runs. A text shorter than a run repeats nothing. */
import type { MetricImplementation, WrittenMetricInput } from "./kind.js";
import { nGrams, runs, wordsOf } from "./shared/n-grams.js";
import { rowMeans, writtenSums, type RowSums } from "./shared/row-sums.js";

export const repetition: MetricImplementation = {
  ...writtenSums((call, input) => shares(Number(call.arguments["words"]), input)),
};

function shares(n: number, { written }: WrittenMetricInput): RowSums {
  return rowMeans(written.length, (row) => {
    const own = wordsOf(written[row]!);
    const all = runs(own.length, n);
    return all === 0 ? 0 : 1 - nGrams(own, n).size / all;
  });
}
