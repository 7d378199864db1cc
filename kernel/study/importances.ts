/**
 * How much each dimension decides whether a trial is among the best (the best tenth, or more if that is too few):
 * PED-ANOVA, with conditional dimensions compared where they are active (arXiv 2304.10255, 2601.20800). Equal to
 * Optuna's evaluator.
 */
import type { SearchDimension, SearchPoint } from "#stdlib/searches/kind.js";
import { densityOn, gridSize } from "./parzen-grid.js";

export interface MeasuredPoint {
  readonly point: SearchPoint;
  /** Greater is better; finite. */
  readonly worth: number;
}
export interface Importance {
  readonly name: string;
  /** Share of the total importance; the shares sum to 1. */
  readonly share: number;
}

/** Default share of the trials that count as the best, as in Optuna. */
const TENTH = 0.1;
/** Minimum number of best trials; with fewer the result is mostly chance. */
const STEADY = 5;

/** Returns the share of trials that counts as the best: a tenth, more if that would be too few, and at most half. */
export function bestTrialShare(trials: number): number {
  return Math.min(0.5, Math.max(TENTH, STEADY / Math.max(1, trials)));
}
/** A dimension that is active in fewer trials gets importance 0. */
const FEWEST = 2;
const TINY = 1e-12;

/**
 * Returns the importances, the greatest first; all equal if none can be computed. Dimensions without any trial are left
 * out.
 */
export function importancesOf(
  dimensions: readonly SearchDimension[],
  trials: readonly MeasuredPoint[],
  best = TENTH,
): readonly Importance[] {
  const known = dimensions.filter(({ name }) => trials.some(({ point }) => point[name] !== undefined));
  const raw = known.map((dimension) => ({ name: dimension.name, share: divergence(dimension, trials, best) }));
  const all = raw.reduce((sum, { share }) => sum + share, 0);
  return raw
    .map(({ name, share }) => ({ name, share: all > 0 ? share / all : 1 / raw.length }))
    .sort((a, b) => b.share - a.share);
}

/**
 * Measures how much the best trials' distribution on the dimension differs from that of all trials; not normalized.
 */
function divergence(dimension: SearchDimension, trials: readonly MeasuredPoint[], share: number): number {
  if (trials.length < 2) return 0;
  const best = bestOf(trials, share);
  const has = ({ point }: MeasuredPoint): boolean => point[dimension.name] !== undefined;
  const valuesOf = (some: readonly MeasuredPoint[]): readonly number[] =>
    some.flatMap(({ point }) => point[dimension.name] ?? []);
  const [there, best_] = [trials.filter(has), best.filter(has)];
  if (there.length < FEWEST || best_.length === 0 || gridSize(dimension) < 2) return 0;
  const [top, all] = [densityOn(dimension, valuesOf(best_)), densityOn(dimension, valuesOf(there))];
  const pearson = all.reduce((sum, p, i) => sum + (p + TINY) * ((top[i]! + TINY) / (p + TINY) - 1) ** 2, 0);
  return ((best_.length / best.length) ** 2 / (there.length / trials.length)) * pearson;
}

/** Returns this share of the trials, and all that tie with the last of them. */
function bestOf(trials: readonly MeasuredPoint[], share: number): readonly MeasuredPoint[] {
  const sorted = trials.map(({ worth }) => worth).sort((a, b) => b - a);
  const least = sorted[Math.ceil(share * trials.length) - 1]!;
  return trials.filter(({ worth }) => worth >= least);
}
