/**
 * Finds suspicious rows by a training: their label never led (area under the margin below 0; Pleiss et al. 2020).
 * Labels of which training learned less than half the rows are skipped: the training was too short for them, or they
 * have too few rows.
 */

/**
 * Returns per label whether it was learned: at least half of its trained rows had the label in the lead. NaN: row not
 * trained.
 */
function learntOf(margins: Float32Array, given: Int32Array, labels: number): readonly boolean[] {
  const [seen, led] = [new Float64Array(labels), new Float64Array(labels)];
  margins.forEach((margin, row) => {
    if (Number.isNaN(margin)) return;
    seen[given[row]!]! += 1;
    if (margin >= 0) led[given[row]!]! += 1;
  });
  return Array.from(seen, (count, label) => count > 0 && led[label]! * 2 >= count);
}

/** Returns the rows whose label never led, those with the lowest margin first. */
export function rowsWithLabelNeverPredicted(
  margins: Float32Array,
  given: Int32Array,
  labels: number,
): readonly number[] {
  const learnt = learntOf(margins, given, labels);
  return Array.from(margins, (margin, row) => ({ margin, row }))
    .filter(({ margin, row }) => margin < 0 && learnt[given[row]!])
    .sort((a, b) => a.margin - b.margin)
    .map(({ row }) => row);
}
