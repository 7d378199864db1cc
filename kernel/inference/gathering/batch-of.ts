/** Selects the waiting rows for the next batch: those of similar length to the row that has waited longest. */

import { lastOf } from "#dsl/language/diagnostics/must.js";

/** Maximum rows of a batch, and maximum of rows × longest row. */
export interface BatchLimits {
  readonly rows: number;
  readonly tokens: number;
}
/**
 * Maximum padding of a batch: the tokens that an extra run costs, plus a share of its own tokens. With more padding,
 * two runs are faster than one.
 */
const SPARE = { tokens: 64, share: 0.15 } as const;

/**
 * Sorted by length, longest first, then by arrival. Contains the first of `waiting`, and as many as fit of those with
 * the nearest lengths.
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
  // Cumulative tokens before each index.
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
