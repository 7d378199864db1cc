/** What a group of dimensions may get next: draws from where the good trials lie, those that are least like the others first. */
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
  // Of several objectives no good trial is better than another, however old it is.
  const alike = objectives > 1 ? best.map(() => 1) : undefined;
  return { good: parzenEstimatorOf(dimensions, best, alike), others: parzenEstimatorOf(dimensions, rows(others)) };
}

/** The most promising first. */
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
