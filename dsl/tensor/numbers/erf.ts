/**
 * The error function in double precision: its Taylor series near 0, otherwise the continued fraction of erfc (Lentz).
 */
const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

export function erfOf(x: number): number {
  if (Number.isNaN(x)) return x;
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  return Math.sign(x) * (a < 2.5 ? series(a) : 1 - fraction(a));
}

function series(a: number): number {
  let term = a;
  let sum = a;
  for (let n = 1; Math.abs(term) > 1e-18 * sum; n++) {
    term *= (-a * a) / n;
    sum += term / (2 * n + 1);
  }
  return TWO_OVER_ROOT_PI * sum;
}

/** erfc(a) = e^(−a²)/√π · 1/(a + (1/2)/(a + 1/(a + (3/2)/(a + …)))), evaluated from the innermost term. */
function fraction(a: number): number {
  let tail = a;
  for (let k = 120; k > 0; k--) tail = a + k / 2 / tail;
  return Math.exp(-a * a) / (Math.sqrt(Math.PI) * tail);
}

/** 1 − erf, exact in the far tail too, where a subtraction would lose all digits. */
export function erfcOf(x: number): number {
  return x < 2.5 ? 1 - erfOf(x) : fraction(x);
}

/** Derivative of erf. */
export function erfSlope(x: number): number {
  return TWO_OVER_ROOT_PI * Math.exp(-x * x);
}
