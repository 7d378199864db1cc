import { defineWord } from "#dsl/language/types/define.js";
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation, WrittenMetricInput } from "./kind.js";
import { editDistance } from "./shared/edit-distance.js";
import { rowMeansOf, writtenSumsMetric, type RowSums } from "./shared/row-sums.js";
import { splitWords } from "./shared/n-grams.js";
import { trimBlanks } from "./shared/strip.js";

export const word = defineWord({
  kind: "metric",
  name: "edit_distance",
  doc: "How many characters (or words) must be put in, taken out or changed to make what is written the target (Levenshtein's distance), mean over the rows; 0 is perfect. `character_error_rate` and `word_error_rate` are the same through the length of the targets, so that sets of other lengths can be compared.",
  example: "metrics: [edit_distance, edit_distance(words)]",
  elsewhere: { levenshtein: "edit_distance", levenshtein_distance: "edit_distance", edits: "edit_distance" },
  capabilities: { better: "less", outcomes: ["written"] },
  parameters: [
    {
      name: "of",
      type: { is: "choice", of: ["characters", "words"] },
      means: { characters: "code points of the text", words: "what stands between blanks" },
      doc: "What is put in, taken out and changed: characters, or words (what stands between blanks).",
      positional: true,
      default: { value: "characters" },
      why: "Characters tell a slip of the pen from another word.",
      impact: "low",
    },
  ],
  load: () => Promise.resolve(editDistanceMetric),
});

/** Mean Levenshtein distance per row (without leading and trailing spaces). NaN without rows. */
const editDistanceMetric: MetricImplementation = {
  ...writtenSumsMetric(editsOf),
};

function editsOf({ arguments: { of: unit } }: Call, { written, targets }: WrittenMetricInput): RowSums {
  const parted = unit === "words" ? splitWords : (text: string): readonly string[] => [...trimBlanks(text)];
  return rowMeansOf(targets.length, (row) => editDistance(parted(written[row]!), parted(targets[row]!)));
}
