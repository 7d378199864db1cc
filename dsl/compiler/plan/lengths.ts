/** Length histogram: counts longer texts, and computes quantiles. */
import type { SplitFacts } from "../../language/types/facts.js";

type Lengths = SplitFacts["lengths"] | undefined;

/** Counts texts longer than `max` by the histogram. */
export function countTextsLongerThan(lengths: Lengths, max: number): number {
  if (!lengths || lengths.longest <= max) return 0;
  return Math.max(
    1,
    lengths.counts.reduce((sum, count, i) => (i * lengths.step > max ? sum + count : sum), 0),
  );
}

/**
 * Returns the length that `share` of the texts do not exceed, as the upper end of its bin; null if nothing was
 * measured.
 */
export function lengthQuantile(lengths: Lengths, share: number): number | null {
  if (!lengths) return null;
  const all = lengths.counts.reduce((a, b) => a + b, 0);
  if (all === 0) return null;
  let sum = 0;
  const bin = lengths.counts.findIndex((count) => (sum += count) >= share * all - 1e-9);
  return Math.min(lengths.longest, (bin + 1) * lengths.step - 1);
}
