/** What a group of dimensions may get next: draws from where the good trials lie, those that are least like the others first. */
import type { Dimension, StudyTrial } from "../../kind.js";
import { isValue } from "../dimension-values.js";
import { drawFrom, logDensity, parzenOf, type Parzen } from "./parzen.js";
import type { Split } from "./split.js";

export interface Densities {
  readonly good: Parzen;
  readonly others: Parzen;
}

export function densitiesOf(dimensions: readonly Dimension[], { good, others }: Split, objectives: number): Densities {
  const rows = (trials: readonly StudyTrial[]): readonly (readonly number[])[] =>
    trials
      .filter(({ point }) => dimensions.every((d) => isValue(d, point[d.name])))
      .map(({ point }) => dimensions.map((d) => point[d.name]!));
  const best = rows(good);
  // Of several objectives no good trial is better than another, however old it is.
  const alike = objectives > 1 ? best.map(() => 1) : undefined;
  return { good: parzenOf(dimensions, best, alike), others: parzenOf(dimensions, rows(others)) };
}

/** The most promising first. */
export function candidatesOf(
  { good, others }: Densities,
  count: number,
  share: () => number,
): readonly (readonly number[])[] {
  return Array.from({ length: count }, () => {
    const row = drawFrom(good, share);
    return { row, gain: logDensity(good, row) - logDensity(others, row) };
  })
    .sort((a, b) => b.gain - a.gain)
    .map(({ row }) => row);
}
