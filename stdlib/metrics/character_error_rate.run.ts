/** Source: jiwer's `cer` (code points, blanks at the ends aside), summed over rows. NaN where the targets are empty. */
import type { MetricImplementation, WrittenMetricInput } from "../kinds/metric.js";
import { editDistance } from "../lib/metrics/edit-distance.js";
import { drawnFrom, rowSums, whole, type RowSums } from "../lib/metrics/row-sums.js";

export const characterErrorRate: MetricImplementation = {
  ofWritten: (_call, input) => whole(sumsOf(input)),
  samplers: { ofWritten: (_call, input) => drawnFrom(sumsOf(input)) },
  why: {
    ofWritten: (_call, { targets }) =>
      targets.some((text) => text.trim() !== "") ? null : "no target has a character",
  },
};

function sumsOf({ written, targets }: WrittenMetricInput): RowSums {
  const errors = (row: number): readonly number[] => {
    const wanted = [...targets[row]!.trim()];
    return [editDistance([...written[row]!.trim()], wanted), wanted.length];
  };
  return rowSums(targets.length, 2, errors, (sums) => (sums[1] === 0 ? Number.NaN : sums[0]! / sums[1]!));
}
