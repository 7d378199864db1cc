/**
 * The mid-P interval of a proportion: Clopper and Pearson's (1934), but with half of the probability of the observed
 * count in each tail (Berry and Armitage, 1995). Unlike Wilson's it also holds for few units and proportions near 0 and
 * 1, and it is narrower than the exact one. `of` may be fractional: an effective number of units.
 *
 * The incomplete beta function is implemented here because the packages that have it bring some fifty others into the
 * browser.
 */
import { CONFIDENCE_LEVEL, type ConfidenceInterval } from "./interval.js";

const TAIL = (1 - CONFIDENCE_LEVEL) / 2;
const STEPS = 48;

export function midPInterval(hits: number, total: number): ConfidenceInterval {
  if (total <= 0) return { low: 0, high: 1 };
  // Probability of more than `hits`, plus half the probability of exactly that many.
  const above = (share: number): number =>
    (regularizedIncompleteBeta(share, hits, total - hits + 1) +
      regularizedIncompleteBeta(share, hits + 1, total - hits)) /
    2;
  const share = hits / total;
  return {
    low: hits <= 0 ? 0 : where((probability) => above(probability) > TAIL, 0, share),
    high: hits >= total ? 1 : where((probability) => above(probability) > 1 - TAIL, share, 1),
  };
}

/** Returns where a monotonic condition becomes true, by bisection. */
function where(is: (probability: number) => boolean, from: number, to: number): number {
  let [low, high] = [from, to];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (is(middle)) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

/**
 * The regularized incomplete beta function I(x; a, b), by its continued fraction (Press et al., Numerical Recipes,
 * 6.4).
 */
export function regularizedIncompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || b <= 0) return 0;
  if (x >= 1 || a <= 0) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

const LEAST = 1e-300;
/** Lentz's method. The number of terms grows with the square root of the greater parameter. */
function fraction(x: number, a: number, b: number): number {
  const most = 200 + 5 * Math.sqrt(Math.max(a, b));
  const from0 = (value: number): number => (Math.abs(value) < LEAST ? LEAST : value);
  let c = 1;
  let d = 1 / from0(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= most; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / from0(1 + even * d);
    c = from0(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / from0(1 + odd * d);
    c = from0(1 + odd / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < 1e-14) break;
  }
  return result;
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
/** Logarithm of the gamma function for positive arguments (Lanczos, 1964). */
function logGamma(argument: number): number {
  const x = argument - 1;
  const t = x + 7.5;
  const sum = LANCZOS.slice(1).reduce((all, one, i) => all + one / (x + i + 1), LANCZOS[0]!);
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(sum);
}
