/**
 * The interval of the difference of two proportions on the same rows (Newcombe, 1998, method 10), from both Wilson
 * intervals and their correlation. If few rows distinguish two models, a bootstrap interval is too narrow; this one is
 * not.
 */
import type { ConfidenceInterval } from "./interval.js";
import { wilsonInterval } from "./wilson.js";

/** `first[i]` and `second[i]`: 1 if row i counts. The interval is of second − first. */
export function pairedSharesInterval(first: ArrayLike<number>, second: ArrayLike<number>): ConfidenceInterval {
  const n = first.length;
  let [both, one, other] = [0, 0, 0];
  for (let row = 0; row < n; row++) {
    if (first[row] === 1 && second[row] === 1) both++;
    else if (second[row] === 1) one++;
    else if (first[row] === 1) other++;
  }
  const neither = n - both - one - other;
  const [p, q] = [(both + one) / n, (both + other) / n];
  const [firstShare, than] = [wilsonInterval(both + one, n), wilsonInterval(both + other, n)];
  const together = correlation(both, one, other, neither);
  const reach = (a: number, b: number): number => Math.sqrt(Math.max(0, a ** 2 - 2 * together * a * b + b ** 2));
  const difference = p - q;
  return {
    low: difference - reach(p - firstShare.low, than.high - q),
    high: difference + reach(firstShare.high - p, q - than.low),
  };
}

/** For proportions over some of the rows (NaN: row not included); null if the two do not include the same rows. */
export function pairedPartialSharesInterval(first: Float64Array, second: Float64Array): ConfidenceInterval | null {
  const about = Array.from(first, (value, row) => (Number.isNaN(value) ? -1 : row)).filter((row) => row >= 0);
  const same = second.every((value, row) => Number.isNaN(value) === Number.isNaN(first[row]));
  if (!same || about.length === 0) return null;
  const only = (values: Float64Array): Float64Array => Float64Array.from(about, (row) => values[row]!);
  return pairedSharesInterval(only(first), only(second));
}

/** Phi coefficient of the 2×2 table, with a continuity correction if positive. */
function correlation(both: number, one: number, other: number, neither: number): number {
  const sides = (both + one) * (other + neither) * (both + other) * (one + neither);
  if (sides === 0) return 0;
  const product = both * neither - one * other;
  const n = both + one + other + neither;
  return (product > 0 ? Math.max(product - n / 2, 0) : product) / Math.sqrt(sides);
}
