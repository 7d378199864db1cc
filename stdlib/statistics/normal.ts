/**
 * The normal distribution in double precision, in logarithms where probabilities underflow. Tails use Cody's rational
 * approximations of the error function (Math. Comp. 23, 1969).
 */

const ROOT_HALF = Math.SQRT1_2;
const ROOT_PI = Math.sqrt(Math.PI);
export const LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * Coefficients of numerators and denominators, the highest power first: of erf up to 0.46875, of e^(x²)·erfc up to 4,
 * and beyond.
 */
const NEAR = {
  over: [0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694],
  under: [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171],
};
const MIDDLE = {
  over: [
    2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001,
    881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
  ],
  under: [
    1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
    4362.619090143247, 3439.3676741437216, 1230.3393548037495,
  ],
};
const FAR = {
  over: [
    0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
    6.587491615298378e-4,
  ],
  under: [1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918],
};

function ratio({ over, under }: typeof NEAR, x: number): number {
  let [above, below] = [0, 0];
  for (let i = 0; i < over.length; i++) {
    above = above * x + over[i]!;
    below = below * x + under[i]!;
  }
  return above / below;
}

/** Returns e^(x²) · erfc(x) for x ≥ 0. */
function scaledTail(x: number): number {
  if (x <= 0.46875) return Math.exp(x * x) * (1 - x * ratio(NEAR, x * x));
  if (x <= 4) return ratio(MIDDLE, x);
  const z = 1 / (x * x);
  return (1 / ROOT_PI - z * ratio(FAR, z)) / x;
}

/** Returns the probability below x. */
export function normalCdf(x: number): number {
  const tail = 0.5 * scaledTail(Math.abs(x) * ROOT_HALF) * Math.exp(-0.5 * x * x);
  return x < 0 ? tail : 1 - tail;
}

/** Returns its logarithm, exact in the lower tail where the probability underflows to 0. */
export function logNormalCdf(x: number): number {
  if (x <= 0) return Math.log(0.5 * scaledTail(-x * ROOT_HALF)) - 0.5 * x * x;
  return Math.log1p(-normalCdf(-x));
}

/** Returns the log probability between two values. */
export function logNormalProbabilityBetween(from: number, to: number): number {
  if (to <= 0) return logLess(logNormalCdf(to), logNormalCdf(from));
  if (from > 0) return logLess(logNormalCdf(-from), logNormalCdf(-to));
  return Math.log1p(-normalCdf(from) - normalCdf(-to));
}
const logLess = (more: number, less: number): number => more + Math.log1p(-Math.exp(less - more));

/** Returns the quantile: the inverse of `normalCdf`. */
export function normalQuantile(share: number): number {
  if (share > 0.5) return -normalQuantile(1 - share);
  if (!(share > 0)) return -Infinity;
  // Abramowitz and Stegun 26.2.23 is accurate to 4.5e-4; two Halley steps refine it.
  const t = Math.sqrt(-2 * Math.log(share));
  let x = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
  for (let i = 0; i < 2; i++) {
    const off = 1 - Math.exp(Math.log(share) - logNormalCdf(x));
    const move = off * 0.5 * scaledTail(-x * ROOT_HALF) * Math.sqrt(2 * Math.PI);
    x -= move / (1 + 0.5 * x * move);
  }
  return x;
}
