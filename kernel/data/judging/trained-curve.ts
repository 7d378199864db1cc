/**
 * A power law through the scores of whole trainings on more and more rows, and what it says of more. Each size has one score or
 * a few, so how far chance moves them comes from seeds, from the rows that are scored, or from how far they lie off the law.
 */
import { lastOf } from "#dsl/language/diagnostics/must.js";
import { seededRandom } from "#stdlib/statistics/chance.js";
import {
  INTERVAL_DEVIATIONS,
  BOOTSTRAP_DRAWS,
  fitPowerLaw,
  orientedInterval,
  intervalOfSamples,
  normalDeviate,
  type LearningCurveForecast,
  type PowerLaw,
} from "./power-law.js";

export interface TrainedSizeScore {
  /** Rows that trained. */
  readonly rows: number;
  /** The mean over its trainings. */
  readonly score: number;
  /** Trainings. */
  readonly seeds: number;
  /** The variance of one of them; null: there is one alone. */
  readonly variance: number | null;
}
export interface TrainedCurveOptions {
  /** The less the better. */
  readonly errors: boolean;
  /** Scores are shares of the rows that are scored. */
  readonly shares: boolean;
  /** Rows that are scored. */
  readonly scored: number;
  readonly seed: number;
}
/** Sizes that a law is drawn through. */
export const MIN_CURVE_SIZES = 3;
/** All sizes are scored on the same rows: about half of what those do by chance moves the curve as a whole and bends nothing. */
const SHARED = 0.5;

/** Null: nothing says how far chance moves the scores. */
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
  const errors = sizeScoreErrors(sizes, options, one);
  const weights = errors.map((error) => 1 / error ** 2);
  // What one more training comes to is chance of its own: of its seed, and of the rows that it alone gets right.
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
      const half = INTERVAL_DEVIATIONS * errors[i]!;
      return { rows, ...orientedInterval(scores[i]!, scores[i]! - half, scores[i]! + half, sign) };
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

/** How far chance moves the score of each size. `one`: the variance of one training; null: unknown. */
export function sizeScoreErrors(
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
 * Whether the scores show that something was learnt: one size lies above what always the same answer is worth, by more than
 * chance does in 4 of 5 cases.
 */
export function hasLearntAnything(
  sizes: readonly TrainedSizeScore[],
  floor: number,
  options: TrainedCurveOptions,
): boolean {
  const errors = sizeScoreErrors(sizes, options, meanOf(sizes.flatMap(({ variance }) => variance ?? [])));
  return sizes.some(
    ({ score }, i) => (options.errors ? floor - score : score - floor) > INTERVAL_DEVIATIONS * errors[i]!,
  );
}

/** Of a share that so many rows said; none of them wrong is as sure as half a row. */
function likely(share: number, rows: number): number {
  const near = Math.min(Math.max(share, 0.5 / rows), 1 - 0.5 / rows);
  return (near * (1 - near)) / rows;
}

/** Two of the law's numbers are told by the scores, the third is as good as known. Null: no score is left to say it. */
function offLaw({ a, b, c }: PowerLaw, ns: readonly number[], scores: readonly number[]): number | null {
  const freedom = ns.length - MIN_CURVE_SIZES;
  if (freedom < 1) return null;
  return scores.reduce((sum, score, i) => sum + (score - (a - b * ns[i]! ** -c)) ** 2, 0) / freedom;
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
}
