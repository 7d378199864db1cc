import { defineWord } from "#dsl/language/types/define.js";
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation, GeneratedTextMetricInput } from "./kind.js";
import { editDistance } from "./shared/edit-distance.js";
import { rowMeansOf, writtenSumsMetric, type RowSums } from "./shared/row-sums.js";
import { splitWords } from "./shared/n-grams.js";
import { trimBlanks } from "./shared/strip.js";

export const word = defineWord({
  kind: "metric",
  name: "edit_distance",
  doc: "Number of characters (or words) to insert, delete or replace to turn the generated text into the target (Levenshtein distance), mean over the rows; 0 is perfect. `character_error_rate` and `word_error_rate` divide it by the length of the targets, so that data sets with different lengths can be compared.",
  example: "metrics: [edit_distance, edit_distance(words)]",
  elsewhere: { levenshtein: "edit_distance", levenshtein_distance: "edit_distance", edits: "edit_distance" },
  capabilities: { better: "less", outcomes: ["written"] },
  parameters: [
    {
      name: "of",
      type: { is: "choice", of: ["characters", "words"] },
      means: { characters: "code points of the text", words: "text between white space" },
      doc: "The unit to insert, delete and replace: characters, or words (text between white space).",
      positional: true,
      default: { value: "characters" },
      why: "Characters distinguish a typing error from another word.",
      impact: "low",
    },
  ],
  load: () => Promise.resolve(editDistanceMetric),
});

/** Mean Levenshtein distance per row (without leading and trailing spaces). NaN without rows. */
const editDistanceMetric: MetricImplementation = {
  ...writtenSumsMetric(editsOf),
};

function editsOf({ arguments: { of: unit } }: Call, { written, targets }: GeneratedTextMetricInput): RowSums {
  const parted = unit === "words" ? splitWords : (text: string): readonly string[] => [...trimBlanks(text)];
  return rowMeansOf(targets.length, (row) => editDistance(parted(written[row]!), parted(targets[row]!)));
}
