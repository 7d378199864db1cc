/** Which points a sweep has tried: a second trial of the same values would say the same and cost as much. */
import type { Point, Study } from "../../kinds/search.js";

export function keyOf(point: Point): string {
  return JSON.stringify(Object.entries(point).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Keys of all points that trials of this sweep have, however they ended; those of earlier sweeps were other trainings. */
export function triedOf({ trials, unseen = [] }: Study): ReadonlySet<string> {
  return new Set([...trials, ...unseen].filter(({ number }) => number >= 1).map(({ point }) => keyOf(point)));
}
