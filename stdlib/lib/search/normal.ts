/**
 * The normal distribution to double precision, in logarithms where shares vanish: its tails by Cody's rational approximations
 * of the error function (Math. Comp. 23, 1969).
 */

const ROOT_HALF = Math.SQRT1_2;
const ROOT_PI = Math.sqrt(Math.PI);
export const LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** Of erf up to 0.46875, of e^(x²)·erfc up to 4, and beyond: numerators and denominators, the highest power first. */
const NEAR = {
  over: [
    1.85777706184603153e-1, 3.1611237438705656, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3,
  ],
  under: [1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3],
};
const MIDDLE = {
  over: [
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2,
    8.8195222124176909e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3,
  ],
  under: [
    1, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
    3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
  ],
};
const FAR = {
  over: [
    1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
    1.60837851487422766e-2, 6.58749161529837803e-4,
  ],
  under: [
    1, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3,
  ],
};

function ratio({ over, under }: typeof NEAR, x: number): number {
  let [above, below] = [0, 0];
  for (let i = 0; i < over.length; i++) {
    above = above * x + over[i]!;
    below = below * x + under[i]!;
  }
  return above / below;
}

/** e^(x²) · erfc(x), of x from 0 on. */
function scaledTail(x: number): number {
  if (x <= 0.46875) return Math.exp(x * x) * (1 - x * ratio(NEAR, x * x));
  if (x <= 4) return ratio(MIDDLE, x);
  const z = 1 / (x * x);
  return (1 / ROOT_PI - z * ratio(FAR, z)) / x;
}

/** The share below x. */
export function normalBelow(x: number): number {
  const tail = 0.5 * scaledTail(Math.abs(x) * ROOT_HALF) * Math.exp(-0.5 * x * x);
  return x < 0 ? tail : 1 - tail;
}

/** Its logarithm, exact in the lower tail where the share itself is 0. */
export function logNormalBelow(x: number): number {
  if (x <= 0) return Math.log(0.5 * scaledTail(-x * ROOT_HALF)) - 0.5 * x * x;
  return Math.log1p(-normalBelow(-x));
}

/** Logarithm of the share between two places. */
export function logNormalBetween(from: number, to: number): number {
  if (to <= 0) return logLess(logNormalBelow(to), logNormalBelow(from));
  if (from > 0) return logLess(logNormalBelow(-from), logNormalBelow(-to));
  return Math.log1p(-normalBelow(from) - normalBelow(-to));
}
const logLess = (more: number, less: number): number => more + Math.log1p(-Math.exp(less - more));

/** Where that share lies below: the inverse of `normalBelow`. */
export function normalQuantile(share: number): number {
  if (share > 0.5) return -normalQuantile(1 - share);
  if (!(share > 0)) return -Infinity;
  // Abramowitz and Stegun 26.2.23 is right to 4.5e-4; two steps of Halley's do the rest.
  const t = Math.sqrt(-2 * Math.log(share));
  let x = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
  for (let i = 0; i < 2; i++) {
    const off = 1 - Math.exp(Math.log(share) - logNormalBelow(x));
    const move = off * 0.5 * scaledTail(-x * ROOT_HALF) * Math.sqrt(2 * Math.PI);
    x -= move / (1 + 0.5 * x * move);
  }
  return x;
}
