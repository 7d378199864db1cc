/** Which of the rows that wait are run together: those of like length around the one that waits longest. */

import { lastOf } from "#dsl/language/diagnostics/must.js";

/** Rows of a batch, and rows × longest. */
export interface BatchLimits {
  readonly rows: number;
  readonly tokens: number;
}
/**
 * Padding that a batch may have: as many tokens as a run of its own costs, and a share of its own tokens. With more of it two runs
 * are faster than one.
 */
const SPARE = { tokens: 64, share: 0.15 } as const;

/**
 * The longest first, of rows alike the one that came first. The first of `waiting` is among them, with as many as fit of those
 * whose lengths are nearest to its own.
 */
export function takeSimilarLengths<T extends { readonly length: number }>(
  waiting: readonly T[],
  most: BatchLimits,
): readonly T[] {
  const [oldest] = waiting;
  if (oldest === undefined) return [];
  const sorted = [...waiting].sort((a, b) => b.length - a.length);
  let from = sorted.indexOf(oldest);
  let to = from + 1;
  // Tokens of the rows before each place.
  const before = [0];
  for (const { length } of sorted) before.push(lastOf(before) + length);
  const fits = (first: number, end: number): boolean => {
    if (first < 0 || end > sorted.length || end - first > most.rows) return false;
    const [real, padded] = [before[end]! - before[first]!, (end - first) * sorted[first]!.length];
    return padded <= most.tokens && padded - real <= SPARE.tokens + SPARE.share * real;
  };
  const apart = (index: number): number => Math.abs(sorted[index]!.length - oldest.length);
  for (;;) {
    const [longer, shorter] = [fits(from - 1, to), fits(from, to + 1)];
    if (!longer && !shorter) return sorted.slice(from, to);
    if (longer && (!shorter || apart(from - 1) <= apart(to))) from -= 1;
    else to += 1;
  }
}
