import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation, GeneratedTextMetricInput } from "./kind.js";
import { editDistance } from "./shared/edit-distance.js";
import { rowSumsOf, writtenSumsMetric, type RowSums } from "./shared/row-sums.js";
import { splitWords } from "./shared/n-grams.js";

export const word = defineWord({
  kind: "metric",
  name: "word_error_rate",
  doc: "Number of words to insert, delete or replace to turn the generated text into the target, per word of the target; over all rows together. Words are separated by white space: if they are phonemes, it is the phoneme error rate.",
  example: "metrics: [word_error_rate]",
  elsewhere: { wer: "word_error_rate", phoneme_error_rate: "word_error_rate" },
  capabilities: { better: "less", outcomes: ["written"] },
  parameters: [],

  load: () => Promise.resolve(wordErrorRate),
});

/** Levenshtein distance in words, summed over rows, per target word. NaN if the targets have no words. */
const wordErrorRate: MetricImplementation = {
  ...writtenSumsMetric((_call, input) => sumsOf(input)),
  why: {
    ofWritten: (_call, { targets }) =>
      targets.some((text) => splitWords(text).length > 0) ? null : "no target has a word",
  },
};

function sumsOf({ written, targets }: GeneratedTextMetricInput): RowSums {
  const errors = (row: number): readonly number[] => {
    const wanted = splitWords(targets[row]!);
    return [editDistance(splitWords(written[row]!), wanted), wanted.length];
  };
  return rowSumsOf(targets.length, 2, errors, (sums) => (sums[1] === 0 ? Number.NaN : sums[0]! / sums[1]!));
}
