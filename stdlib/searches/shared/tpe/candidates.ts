/**
 * Samples candidates for a group of dimensions from the density of the good trials, and ranks them by their density
 * ratio to the other trials.
 */
import type { SearchDimension, StudyTrial } from "../../kind.js";
import { isAllowedValue } from "../dimension-values.js";
import { drawFromParzen, logDensity, parzenEstimatorOf, type ParzenEstimator } from "./parzen.js";
import type { TrialSplit } from "./split.js";

export interface TpeDensities {
  readonly good: ParzenEstimator;
  readonly others: ParzenEstimator;
}

export function tpeDensities(
  dimensions: readonly SearchDimension[],
  { good, others }: TrialSplit,
  objectives: number,
): TpeDensities {
  const rows = (trials: readonly StudyTrial[]): readonly (readonly number[])[] =>
    trials
      .filter(({ point }) => dimensions.every((d) => isAllowedValue(d, point[d.name])))
      .map(({ point }) => dimensions.map((d) => point[d.name]!));
  const best = rows(good);
  // With several objectives all good trials have the same weight, regardless of age.
  const alike = objectives > 1 ? best.map(() => 1) : undefined;
  return { good: parzenEstimatorOf(dimensions, best, alike), others: parzenEstimatorOf(dimensions, rows(others)) };
}

/** Returns the candidates, the most promising first. */
export function rankedCandidates(
  { good, others }: TpeDensities,
  count: number,
  share: () => number,
): readonly (readonly number[])[] {
  return Array.from({ length: count }, () => {
    const row = drawFromParzen(good, share);
    return { row, gain: logDensity(good, row) - logDensity(others, row) };
  })
    .sort((a, b) => b.gain - a.gain)
    .map(({ row }) => row);
}
