import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation, GeneratedTextMetricInput } from "./kind.js";
import { trimBlanks } from "./shared/strip.js";
import { editDistance } from "./shared/edit-distance.js";
import { rowSumsOf, writtenSumsMetric, type RowSums } from "./shared/row-sums.js";

export const word = defineWord({
  kind: "metric",
  name: "character_error_rate",
  doc: "Number of characters to insert, delete or replace to turn the generated text into the target (Levenshtein distance), divided by the characters of the targets; 0 is perfect, and it can exceed 1.",
  example: "metrics: [character_error_rate]",
  elsewhere: {
    cer: "character_error_rate",
  },
  capabilities: { better: "less", outcomes: ["written"] },
  parameters: [],
  load: () => Promise.resolve(characterErrorRate),
});

/**
 * Source: jiwer's `cer` (code points, without leading and trailing spaces), summed over rows. NaN if the targets are
 * empty.
 */
const characterErrorRate: MetricImplementation = {
  ...writtenSumsMetric((_call, input) => sumsOf(input)),
  why: {
    ofWritten: (_call, { targets }) =>
      targets.some((text) => trimBlanks(text) !== "") ? null : "no target has a character",
  },
};

function sumsOf({ written, targets }: GeneratedTextMetricInput): RowSums {
  const errors = (row: number): readonly number[] => {
    const wanted = [...trimBlanks(targets[row]!)];
    return [editDistance([...trimBlanks(written[row]!)], wanted), wanted.length];
  };
  return rowSumsOf(targets.length, 2, errors, (sums) => (sums[1] === 0 ? Number.NaN : sums[0]! / sums[1]!));
}
