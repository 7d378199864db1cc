/**
 * How much each dimension decides whether a trial is among the best (the best tenth, or as many as can be judged by): PED-ANOVA, with conditional dimensions taken where
 * they are there (arXiv 2304.10255, 2601.20800). Equal to Optuna's evaluator.
 */
import type { SearchDimension, SearchPoint } from "#stdlib/searches/kind.js";
import { densityOn, gridSize } from "./parzen-grid.js";

export interface MeasuredPoint {
  readonly point: SearchPoint;
  /** The greater the better; finite. */
  readonly worth: number;
}
export interface Importance {
  readonly name: string;
  /** Of all; together they are 1. */
  readonly share: number;
}

/** Of the trials; Optuna's own. */
const TENTH = 0.1;
/** Fewer of the best say what was chance. */
const STEADY = 5;

/** Which share of so many trials counts as the best: a tenth, and more while that would be too few; never more than half. */
export function bestShare(trials: number): number {
  return Math.min(0.5, Math.max(TENTH, STEADY / Math.max(1, trials)));
}
/** Where a dimension is there in fewer trials, nothing is told of them. */
const FEWEST = 2;
const TINY = 1e-12;

/** The greatest first; all the same where nothing can be told. Those that no trial has are left out. */
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

/** How far the best lie elsewhere on the dimension than all do; not yet a share. */
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

/** That share, and all that are as good as the last of them. */
function bestOf(trials: readonly MeasuredPoint[], share: number): readonly MeasuredPoint[] {
  const sorted = trials.map(({ worth }) => worth).sort((a, b) => b - a);
  const least = sorted[Math.ceil(share * trials.length) - 1]!;
  return trials.filter(({ worth }) => worth >= least);
}
