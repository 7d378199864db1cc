/** Mean Levenshtein distance per row (without leading and trailing spaces). NaN without rows. */
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation, WrittenMetricInput } from "./kind.js";
import { editDistance } from "./shared/edit-distance.js";
import { rowMeansOf, writtenSumsMetric, type RowSums } from "./shared/row-sums.js";
import { splitWords } from "./shared/n-grams.js";
import { trimBlanks } from "./shared/strip.js";

export const editDistanceMetric: MetricImplementation = {
  ...writtenSumsMetric(editsOf),
};

function editsOf({ arguments: { of: unit } }: Call, { written, targets }: WrittenMetricInput): RowSums {
  const parted = unit === "words" ? splitWords : (text: string): readonly string[] => [...trimBlanks(text)];
  return rowMeansOf(targets.length, (row) => editDistance(parted(written[row]!), parted(targets[row]!)));
}
