/** TER (Snover et al., 2006) over a corpus with the settings that its signature names. */
import type { MetricImplementation, WrittenMetricInput } from "./kind.js";
import { wordsOf } from "./shared/n-grams.js";
import { rowSums, writtenSums, type RowSums } from "./shared/row-sums.js";
import { signature } from "./shared/signature.js";
import { editsWithShifts } from "./shared/shifts.js";

export const ter: MetricImplementation = {
  ...writtenSums((_call, input) => sumsOf(input)),
  notes: { ofWritten: () => [signature("nrefs:1|case:lc|tok:tercom|norm:no|punct:yes|asian:no")] },
};

/** Of each row: edits, and words of the target. */
function sumsOf({ written, targets }: WrittenMetricInput): RowSums {
  return rowSums(
    written.length,
    2,
    (row) => {
      const wanted = wordsOf(targets[row]!.toLowerCase());
      return [editsWithShifts(wordsOf(written[row]!.toLowerCase()), wanted), wanted.length];
    },
    (sums) => 100 * (sums[1]! > 0 ? sums[0]! / sums[1]! : Math.min(1, sums[0]!)),
  );
}
