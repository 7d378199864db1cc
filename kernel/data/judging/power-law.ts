/**
 * Fits a power law a − b·n^−c to scores by size, and forecasts scores for more rows (Cortes et al. 1993; Hestness et
 * al. 2017). The bootstrap resamples draws and scored rows, and samples each curve's exponent by its likelihood. Many
 * exponents fit a few sizes, and only this shows the uncertainty far beyond them.
 */
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import { seededRandom, drawBelow, type RandomSource } from "#stdlib/statistics/chance.js";
import type { RowScoresAtSize } from "./learning-curve.js";

export interface PowerLaw {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}
export interface ForecastInterval {
  readonly middle: number;
  readonly low: number;
  readonly high: number;
}
export interface LearningCurveForecast {
  readonly law: PowerLaw;
  /** Per measured size: the mean over draws, and its 80 % interval over resampled draws. */
  readonly points: readonly (ForecastInterval & { readonly rows: number })[];
  /** Forecast score at `rows` on the scored rows, with an 80 % interval. */
  scoreAt(rows: number): ForecastInterval;
  /** Forecast gain from `from` to `rows` on new rows of the same kind, with an 80 % interval. */
  gain(from: number, rows: number): ForecastInterval;
}

/** Candidate exponents, and their prior: about 0.3, within a factor of two and a half. */
const EXPONENTS = Array.from({ length: 30 }, (_, i) => 0.03 * (1.8 / 0.03) ** (i / 29));
const USUAL = { exponent: 0.3, spread: 0.9 } as const;
export const BOOTSTRAP_DRAWS = 600;
/** Coverage of an interval. */
export const INTERVAL_COVERAGE = 0.8;
export const INTERVAL_Z_SCORE = 1.2816;
/**
 * Sizes used to estimate the variance of scores: they leave out at least this share of the rows, and contain at least
 * this share.
 */
const LEFT_OUT = 0.2;
const NEAR_ALL = 0.2;

interface Drawn {
  readonly law: PowerLaw;
  /** Random deviation of one training's score, in standard deviations. */
  readonly odd: number;
}

/** The best possible score is 1; for errors, which shrink, it is 0. */
export function forecastLearningCurve(
  sizes: readonly RowScoresAtSize[],
  options: { readonly errors: boolean; readonly seed: number },
): LearningCurveForecast {
  const generator = seededRandom(options.seed, sizes.length);
  const sign = options.errors ? -1 : 1;
  const ceiling = options.errors ? 0 : 1;
  const means = sizes.map(({ rowScores }) => rowScores.map((one) => sign * meanOf(one)));
  const variance = varianceOf(sizes, means);
  const ns = sizes.map(({ rows }) => rows);
  const most = lastOf(ns);
  // Draws of nearly all rows overlap, so the error is divided by the number of draws only for the part that they don't
  // share.
  const errors = sizes.map(({ rows, rowScores }) => {
    const shared = rows / most;
    return (variance / rows) * (shared + (1 - shared) / rowScores.length);
  });
  const luck = (rows: number): number => Math.sqrt(variance / rows);
  const weights = errors.map((error) => 1 / error);
  const fit = (scores: readonly number[], pick: RandomSource | null): PowerLaw =>
    fitPowerLaw(ns, scores, weights, ceiling, pick);
  const law = fit(means.map(meanOf), null);
  const again = (rowsToo: boolean): Drawn[] =>
    Array.from({ length: BOOTSTRAP_DRAWS }, () => {
      const draws = sizes[0]!.rowScores.map(() => drawBelow(generator, sizes[0]!.rowScores.length));
      const counts = rowsToo ? drawnCounts(sizes[0]!.rowScores[0]!.length, generator) : null;
      const scores = sizes.map(
        ({ rowScores }, i) =>
          (counts
            ? meanOf(draws.map((drawIndex) => sign * weighed(rowScores[drawIndex]!, counts)))
            : meanOf(means[i]!)) +
          Math.sqrt(errors[i]!) * normalDeviate(generator),
      );
      return { law: fit(scores, generator), odd: normalDeviate(generator) };
    });
  const [laws, anywhere] = [again(false), again(true)];
  const value = (powerLaw: PowerLaw, n: number): number => powerLaw.a - powerLaw.b * n ** -powerLaw.c;
  const signedInterval = (values: readonly number[]): ForecastInterval => intervalOfSamples(values, sign);
  return {
    law: { a: sign * law.a, b: sign * law.b, c: law.c },
    points: sizes.map(({ rows }, i) => {
      const middle = meanOf(means[i]!);
      const half = INTERVAL_Z_SCORE * Math.sqrt(errors[i]!);
      return { rows, ...restoreIntervalSign(middle, middle - half, middle + half, sign) };
    }),
    scoreAt: (rows) =>
      signedInterval(laws.map(({ law: powerLaw, odd }) => Math.min(ceiling, value(powerLaw, rows) + odd * luck(rows)))),
    gain: (from, rows) =>
      signedInterval(
        anywhere.map(({ law: powerLaw, odd }) => value(powerLaw, rows) - value(powerLaw, from) + odd * luck(rows)),
      ),
  };
}

/**
 * Finds the best a ≤ ceiling, b ≥ 0 and c for scores where greater is better. With a random source, c is sampled by its
 * likelihood.
 */
export function fitPowerLaw(
  ns: readonly number[],
  scores: readonly number[],
  weights: readonly number[],
  ceiling: number,
  pick: RandomSource | null,
): PowerLaw {
  const tried = EXPONENTS.map((c) => {
    const { a, b, misfit } = line(
      ns.map((n) => n ** -c),
      scores,
      weights,
      ceiling,
    );
    return { law: { a, b, c }, misfit: misfit + (Math.log(c / USUAL.exponent) / USUAL.spread) ** 2 };
  });
  const best = tried.reduce((one, other) => (other.misfit < one.misfit ? other : one));
  if (!pick) return best.law;
  const likely = tried.map(({ misfit }) => Math.exp((best.misfit - misfit) / 2));
  let left = uniform(pick) * likely.reduce((a, b) => a + b, 0);
  return (tried[likely.findIndex((share) => (left -= share) <= 0)] ?? best).law;
}

/** Fits a − b·x by weighted least squares within the bounds. */
function line(
  xs: readonly number[],
  ys: readonly number[],
  weights: readonly number[],
  ceiling: number,
): { readonly a: number; readonly b: number; readonly misfit: number } {
  const all = weights.reduce((a, b) => a + b, 0);
  const mean = (items: readonly number[]): number => items.reduce((sum, v, i) => sum + weights[i]! * v, 0) / all;
  const [mx, my] = [mean(xs), mean(ys)];
  const sxx = mean(xs.map((x) => (x - mx) ** 2));
  let b = sxx === 0 ? 0 : Math.max(0, -mean(xs.map((x, i) => (x - mx) * (ys[i]! - my))) / sxx);
  let a = my + b * mx;
  if (a > ceiling) {
    a = ceiling;
    const squares = mean(xs.map((x) => x * x));
    b = squares === 0 ? 0 : Math.max(0, mean(xs.map((x, i) => x * (ceiling - ys[i]!))) / squares);
  }
  return { a, b, misfit: xs.reduce((sum, x, i) => sum + weights[i]! * (ys[i]! - a + b * x) ** 2, 0) };
}

/**
 * Estimates how one training's score varies with its choice of rows: this value divided by n is the variance for n
 * rows. Two draws from the same N rows share n²/N of them, and so differ by less.
 */
function varianceOf(sizes: readonly RowScoresAtSize[], means: readonly (readonly number[])[]): number {
  const most = lastOf(sizes).rows;
  const differences = sizes.flatMap(({ rows }, i) => {
    const share = 1 - rows / most;
    const freedom = means[i]!.length - 1;
    if (freedom < 1 || share < LEFT_OUT || rows < most * NEAR_ALL) return [];
    const middle = meanOf(means[i]!);
    const variance = means[i]!.reduce((sum, one) => sum + (one - middle) ** 2, 0) / freedom;
    return [(rows * variance) / share];
  });
  const { rowScores } = lastOf(sizes);
  return Math.max(meanOf(differences), most / (rowScores[0]!.length * rowScores.length) ** 2);
}

function drawnCounts(count: number, generator: RandomSource): Uint16Array {
  const counts = new Uint16Array(count);
  for (let i = 0; i < count; i++) counts[drawBelow(generator, count)]!++;
  return counts;
}
function weighed(values: Float32Array, counts: Uint16Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += counts[i]! * values[i]!;
  return sum / values.length;
}
function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

export function intervalOfSamples(values: readonly number[], sign: number): ForecastInterval {
  const sorted = values.toSorted((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  return restoreIntervalSign(
    quantile(1 / 2),
    quantile((1 - INTERVAL_COVERAGE) / 2),
    quantile((1 + INTERVAL_COVERAGE) / 2),
    sign,
  );
}
export function restoreIntervalSign(middle: number, low: number, high: number, sign: number): ForecastInterval {
  return sign === 1 ? { middle, low, high } : { middle: -middle, low: -high, high: -low };
}

function uniform(generator: RandomSource): number {
  return drawBelow(generator, 2 ** 30) / 2 ** 30;
}
export function normalDeviate(generator: RandomSource): number {
  return Math.sqrt(-2 * Math.log(1 - uniform(generator))) * Math.cos(2 * Math.PI * uniform(generator));
}
