import { defineWord } from "#dsl/language/types/define.js";
import { wordRunLengthParameters } from "./shared/run-length.js";
import type { MetricImplementation, GeneratedTextMetricInput } from "./kind.js";
import { countNGrams, nGramCount, splitWords } from "./shared/n-grams.js";
import { rowMeansOf, writtenSumsMetric, type RowSums } from "./shared/row-sums.js";

export const word = defineWord({
  kind: "metric",
  name: "repetition",
  doc: "Share of n-grams of words that occurred before in the same text, mean over the rows: high for a model that repeats itself.",
  example: "metrics: [repetition(4)]",
  elsewhere: { seq_rep: "repetition", seq_rep_4: "repetition", repetition_rate: "repetition", n: "words" },
  capabilities: { better: "less", namesDefault: true, outcomes: ["written"] },
  parameters: wordRunLengthParameters(4, "Four words in the same order hardly come twice by chance."),
  load: () => Promise.resolve(repetition),
});

/**
 * Welleck et al. 2020 (arXiv 1908.04319): seq-rep-n, 1 − distinct n-grams / n-grams. A text shorter than n repeats
 * nothing.
 */
const repetition: MetricImplementation = {
  ...writtenSumsMetric((call, input) => shares(Number(call.arguments["words"]), input)),
};

function shares(n: number, { written }: GeneratedTextMetricInput): RowSums {
  return rowMeansOf(written.length, (row) => {
    const words = splitWords(written[row]!);
    const all = nGramCount(words.length, n);
    return all === 0 ? 0 : 1 - countNGrams(words, n).size / all;
  });
}
