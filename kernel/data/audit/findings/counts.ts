/** Counts of occurrences. */
export type OccurrenceCounts = Map<string, number>;

export function addCount(counts: OccurrenceCounts, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

export function sumCounts(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((a, b) => a + b, 0);
}

export const wholePercent = (share: number): string => `${String(Math.round(share * 100))}%`;
