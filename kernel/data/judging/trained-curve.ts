/**
 * Fits a power law to the scores of full trainings on growing numbers of rows, and forecasts more. Each size has one or
 * a few scores, so their random error comes from seeds, from the scored rows, or from their distance to the law.
 */
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import { seededRandom } from "#stdlib/statistics/chance.js";
import {
  INTERVAL_Z_SCORE,
  BOOTSTRAP_DRAWS,
  fitPowerLaw,
  restoreIntervalSign,
  intervalOfSamples,
  normalDeviate,
  type LearningCurveForecast,
  type PowerLaw,
} from "./power-law.js";

export interface TrainedSizeScore {
  /** Number of training rows. */
  readonly rows: number;
  /** Mean over the trainings of this size. */
  readonly score: number;
  /** Number of trainings. */
  readonly seeds: number;
  /** Variance between trainings; null if there is only one. */
  readonly variance: number | null;
}
export interface TrainedCurveOptions {
  /** Less is better. */
  readonly errors: boolean;
  /** Scores are shares of the scored rows. */
  readonly shares: boolean;
  /** Number of scored rows. */
  readonly scored: number;
  readonly seed: number;
}
/** Minimum number of sizes for a fit. */
export const MIN_CURVE_SIZES = 3;
/**
 * All sizes are scored on the same rows: about half of the rows' random error moves the curve as a whole without
 * bending it.
 */
const SHARED = 0.5;

/** Returns null if the random error of the scores can't be estimated. */
export function forecastTrainedCurve(
  sizes: readonly TrainedSizeScore[],
  options: TrainedCurveOptions,
): LearningCurveForecast | null {
  const sign = options.errors ? -1 : 1;
  const ceiling = options.errors ? 0 : options.shares ? 1 : Infinity;
  const ns = sizes.map(({ rows }) => rows);
  const scores = sizes.map(({ score }) => sign * score);
  const even = sizes.map(() => 1);
  const seeds = meanOf(sizes.flatMap(({ variance }) => variance ?? []));
  const off =
    seeds === null && !options.shares ? offLaw(fitPowerLaw(ns, scores, even, ceiling, null), ns, scores) : null;
  const one = seeds ?? off;
  if (one === null && !options.shares) return null;
  const errors = scoreStandardErrors(sizes, options, one);
  const weights = errors.map((error) => 1 / error ** 2);
  // A further training has its own random error: of its seed, and of the rows that only it gets right.
  const luck = Math.sqrt((one ?? 0) + (options.shares ? SHARED * likely(lastOf(sizes).score, options.scored) : 0));
  const generator = seededRandom(options.seed, sizes.length);
  const laws = Array.from({ length: BOOTSTRAP_DRAWS }, () => ({
    law: fitPowerLaw(
      ns,
      scores.map((score, i) => score + errors[i]! * normalDeviate(generator)),
      weights,
      ceiling,
      generator,
    ),
    odd: luck * normalDeviate(generator),
  }));
  const value = (powerLaw: PowerLaw, n: number): number => powerLaw.a - powerLaw.b * n ** -powerLaw.c;
  const law = fitPowerLaw(ns, scores, weights, ceiling, null);
  return {
    law: { a: sign * law.a, b: sign * law.b, c: law.c },
    points: sizes.map(({ rows }, i) => {
      const half = INTERVAL_Z_SCORE * errors[i]!;
      return { rows, ...restoreIntervalSign(scores[i]!, scores[i]! - half, scores[i]! + half, sign) };
    }),
    scoreAt: (rows) =>
      intervalOfSamples(
        laws.map(({ law: powerLaw, odd }) => Math.min(ceiling, value(powerLaw, rows) + odd)),
        sign,
      ),
    gain: (from, rows) =>
      intervalOfSamples(
        laws.map(({ law: powerLaw, odd }) => value(powerLaw, rows) - value(powerLaw, from) + odd),
        sign,
      ),
  };
}

/** Returns the random error of each size's score. `one`: variance of one training; null: unknown. */
export function scoreStandardErrors(
  sizes: readonly TrainedSizeScore[],
  options: Pick<TrainedCurveOptions, "shares" | "scored">,
  one: number | null,
) {
  return sizes.map(({ score, seeds: count }) => {
    const rows = options.shares ? likely(score, options.scored) : 0;
    return Math.sqrt(Math.max(one === null ? rows : one / count + SHARED * rows, 1e-12));
  });
}

/**
 * Returns whether the scores show that something was learned. The score of one size must exceed that of a constant
 * answer by more than the random error in 4 of 5 cases.
 */
export function hasLearntAnything(
  sizes: readonly TrainedSizeScore[],
  floor: number,
  options: TrainedCurveOptions,
): boolean {
  const errors = scoreStandardErrors(sizes, options, meanOf(sizes.flatMap(({ variance }) => variance ?? [])));
  return sizes.some(({ score }, i) => (options.errors ? floor - score : score - floor) > INTERVAL_Z_SCORE * errors[i]!);
}

/** Returns the variance of a share of `rows` rows; a share of 0 or 1 is moved inwards by half a row. */
function likely(share: number, rows: number): number {
  const near = Math.min(Math.max(share, 0.5 / rows), 1 - 0.5 / rows);
  return (near * (1 - near)) / rows;
}

/**
 * Estimates the variance of one training from the squared residuals of the fitted law, divided by the sizes beyond
 * `MIN_CURVE_SIZES`. Null: no size is left.
 */
function offLaw({ a, b, c }: PowerLaw, ns: readonly number[], scores: readonly number[]): number | null {
  const freedom = ns.length - MIN_CURVE_SIZES;
  if (freedom < 1) return null;
  return scores.reduce((sum, score, i) => sum + (score - (a - b * ns[i]! ** -c)) ** 2, 0) / freedom;
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
}
