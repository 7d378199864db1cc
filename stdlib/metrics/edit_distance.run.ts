/** Levenshtein's distance of each row (blanks at the ends aside), their mean. NaN on no rows. */
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation, WrittenMetricInput } from "./kind.js";
import { editDistance } from "./shared/edit-distance.js";
import { rowMeans, writtenSums, type RowSums } from "./shared/row-sums.js";
import { wordsOf } from "./shared/n-grams.js";
import { strip } from "./shared/strip.js";

export const editDistanceMetric: MetricImplementation = {
  ...writtenSums(editsOf),
};

function editsOf({ arguments: { of } }: Call, { written, targets }: WrittenMetricInput): RowSums {
  const parted = of === "words" ? wordsOf : (text: string): readonly string[] => [...strip(text)];
  return rowMeans(targets.length, (row) => editDistance(parted(written[row]!), parted(targets[row]!)));
}
