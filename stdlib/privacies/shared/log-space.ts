/** Arithmetic on logarithms of numbers that would overflow or underflow as doubles. */
import { erfcOf } from "#dsl/tensor/numbers/erf.js";

/** Returns log(eᵃ + eᵇ). */
export function logAdd(a: number, b: number): number {
  const [less, more] = a < b ? [a, b] : [b, a];
  return less === -Infinity ? more : more + Math.log1p(Math.exp(less - more));
}

/** Returns log(eᵃ − eᵇ); NaN if b is greater. */
export function logSubtract(a: number, b: number): number {
  if (b === -Infinity) return a;
  if (a === b) return -Infinity;
  return a + Math.log(-Math.expm1(b - a));
}

/** Returns log(1 − erf(x)), exact in the far tail too. */
export function logErfc(x: number): number {
  return x < 0 ? Math.log1p(1 - erfcNear(-x)) : logTail(x);
}

/** Returns 1 − erf(x). */
export function erfc(x: number): number {
  return x < 0 ? 2 - erfcNear(-x) : erfcNear(x);
}
const erfcNear = (x: number): number => (x > 27 ? 0 : Math.exp(logTail(x)));

/** For x ≥ 0: erfc(x) = t · e^(−x² + P(t)) with t = 2 / (2 + x), where P is nearly flat: thirty terms are exact. */
function logTail(x: number): number {
  const t = 2 / (2 + x);
  const coefficient = 4 * t - 2;
  let now = 0;
  let before = 0;
  for (let k = TERMS - 1; k > 0; k--) {
    const next = coefficient * now - before + COEFFICIENTS[k]!;
    before = now;
    now = next;
  }
  return Math.log(t) - x * x + (coefficient * now) / 2 - before + COEFFICIENTS[0]! / 2;
}
const TERMS = 30;
const COEFFICIENTS = chebyshev();

/** Computes the coefficients of P from its values at Chebyshev points. */
function chebyshev(): Float64Array {
  const points = 2 * TERMS;
  const values = Array.from({ length: points }, (_, j) => {
    const t = (1 + Math.cos((Math.PI * (j + 0.5)) / points)) / 2;
    const x = 2 / t - 2;
    return scaled(x) - Math.log(t);
  });
  return Float64Array.from({ length: TERMS }, (_, k) => {
    const sum = values.reduce((s, v, j) => s + v * Math.cos((Math.PI * k * (j + 0.5)) / points), 0);
    return (2 / points) * sum;
  });
}

/** Returns log(erfc(x)) + x². */
function scaled(x: number): number {
  if (x < 2) return Math.log(erfcOf(x)) + x * x;
  let tail = x;
  for (let k = 200; k > 0; k--) tail = x + k / 2 / tail;
  return -Math.log(Math.sqrt(Math.PI) * tail);
}
