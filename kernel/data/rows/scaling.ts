/** Extrapolates facts of partly read data to all rows. */
import type { DataFacts, SplitFacts } from "#dsl/language/types/facts.js";

/** Number of rows read, and the estimated total. */
export interface ReadSample {
  readonly rows: number;
  readonly total: number;
}
/** Extrapolates counts if files were partly read. `left`: by split, or null for a single source. */
export function scaleSampledFacts(
  facts: DataFacts,
  left: ReadonlyMap<string | null, ReadSample>,
  read: number,
): DataFacts {
  if (left.size === 0) return facts;
  const estimated = read + [...left.values()].reduce((sum, one) => sum + one.total - one.rows, 0);
  const splits = Object.entries(facts.splits).map(([name, split]): [string, SplitFacts] => {
    const sampled = left.get(null) ?? left.get(name);
    const factor = sampled ? sampled.total / sampled.rows : 1;
    const count = (n: number): number => Math.round(n * factor);
    const labels = split.labels.map((label) => ({ ...label, count: count(label.count) }));
    return [name, { ...split, rows: count(split.rows), labels }];
  });
  const share = estimated / read;
  const shared = <D extends { readonly count: number }>(dropped: readonly D[]): D[] =>
    dropped.map((one) => ({ ...one, count: Math.round(one.count * share) }));
  const cleaners = facts.cleaners?.map((one) => ({
    ...one,
    changed: Math.round(one.changed * share),
    dropped: shared(one.dropped),
    ...(one.noted && { noted: shared(one.noted) }),
  }));
  return {
    ...facts,
    dropped: shared(facts.dropped),
    ...(cleaners && { cleaners }),
    rowsIn: estimated,
    kept: splits.reduce((sum, [, split]) => sum + split.rows, 0),
    splits: Object.fromEntries(splits),
    sampled: { rows: read, of: estimated },
  };
}
