/** Facts of data of which a part was read, as they would be of all rows. */
import type { DataFacts, SplitFacts } from "#dsl/language/types/facts.js";

/** Rows that were read, and about how many there are. */
export interface Sampled {
  readonly rows: number;
  readonly of: number;
}
/** Counts as they would be of all rows, where rests of files were left. `left`: by split, or null for one source of all. */
export function scaled(facts: DataFacts, left: ReadonlyMap<string | null, Sampled>, read: number): DataFacts {
  if (left.size === 0) return facts;
  const of = read + [...left.values()].reduce((sum, one) => sum + one.of - one.rows, 0);
  const splits = Object.entries(facts.splits).map(([name, split]): [string, SplitFacts] => {
    const own = left.get(null) ?? left.get(name);
    const factor = own ? own.of / own.rows : 1;
    const count = (n: number): number => Math.round(n * factor);
    const labels = split.labels.map((label) => ({ ...label, count: count(label.count) }));
    return [name, { ...split, rows: count(split.rows), labels }];
  });
  const share = of / read;
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
    rowsIn: of,
    kept: splits.reduce((sum, [, split]) => sum + split.rows, 0),
    splits: Object.fromEntries(splits),
    sampled: { rows: read, of },
  };
}
