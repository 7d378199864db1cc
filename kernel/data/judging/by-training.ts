/**
 * Rows that a training speaks against: their label never led (area under the margin below 0; Pleiss et al. 2020). A label of
 * which a training learnt less than half says nothing: it was too short for that label, or has too few of its rows.
 */

/** Of the labels' numbers those that were learnt: at least half of their rows that training saw led. NaN: it did not see the row. */
function learntOf(margins: Float32Array, given: Int32Array, labels: number): readonly boolean[] {
  const [seen, led] = [new Float64Array(labels), new Float64Array(labels)];
  margins.forEach((margin, row) => {
    if (Number.isNaN(margin)) return;
    seen[given[row]!]! += 1;
    if (margin >= 0) led[given[row]!]! += 1;
  });
  return Array.from(seen, (count, label) => count > 0 && led[label]! * 2 >= count);
}

/** Rows whose label never led, the least led first. */
export function rowsNeverPredicted(margins: Float32Array, given: Int32Array, labels: number): readonly number[] {
  const learnt = learntOf(margins, given, labels);
  return Array.from(margins, (margin, row) => ({ margin, row }))
    .filter(({ margin, row }) => margin < 0 && learnt[given[row]!])
    .sort((a, b) => a.margin - b.margin)
    .map(({ row }) => row);
}
