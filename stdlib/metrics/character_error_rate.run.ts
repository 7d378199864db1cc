/** Source: jiwer's `cer` (code points, blanks at the ends aside), summed over rows. NaN where the targets are empty. */
import type { MetricImplementation, WrittenMetricInput } from "./kind.js";
import { strip } from "./shared/strip.js";
import { editDistance } from "./shared/edit-distance.js";
import { rowSums, writtenSums, type RowSums } from "./shared/row-sums.js";

export const characterErrorRate: MetricImplementation = {
  ...writtenSums((_call, input) => sumsOf(input)),
  why: {
    ofWritten: (_call, { targets }) =>
      targets.some((text) => strip(text) !== "") ? null : "no target has a character",
  },
};

function sumsOf({ written, targets }: WrittenMetricInput): RowSums {
  const errors = (row: number): readonly number[] => {
    const wanted = [...strip(targets[row]!)];
    return [editDistance([...strip(written[row]!)], wanted), wanted.length];
  };
  return rowSums(targets.length, 2, errors, (sums) => (sums[1] === 0 ? Number.NaN : sums[0]! / sums[1]!));
}
