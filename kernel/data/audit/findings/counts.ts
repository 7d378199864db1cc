/** How often something was met. */
export type Counts = Map<string, number>;

export function add(counts: Counts, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

export function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((a, b) => a + b, 0);
}

export const percent = (share: number): string => `${String(Math.round(share * 100))}%`;
