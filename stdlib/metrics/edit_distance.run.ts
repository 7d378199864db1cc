/** Levenshtein's distance of each row (blanks at the ends aside), their mean. NaN on no rows. */
import type { Call } from "#dsl/types/value.js";
import type { MetricImplementation, WrittenMetricInput } from "../kinds/metric.js";
import { editDistance } from "../lib/metrics/edit-distance.js";
import { drawnFrom, rowMeans, whole, type RowSums } from "../lib/metrics/row-sums.js";
import { wordsIn } from "../lib/tasks/words.js";

export const editDistanceMetric: MetricImplementation = {
  ofWritten: (call, input) => whole(editsOf(call, input)),
  samplers: { ofWritten: (call, input) => drawnFrom(editsOf(call, input)) },
};

function editsOf({ arguments: { of } }: Call, { written, targets }: WrittenMetricInput): RowSums {
  const parted = of === "words" ? wordsIn : (text: string): readonly string[] => [...text.trim()];
  return rowMeans(targets.length, (row) => editDistance(parted(written[row]!), parted(targets[row]!)));
}
