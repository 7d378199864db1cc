/** Tracks which points a sweep has tried, because a second trial of the same values gives the same result. */
import type { SearchPoint, Study } from "../kind.js";

/** Caches each point's key, because all trials are checked again before each new one. */
const keys = new WeakMap<SearchPoint, string>();

export function pointKey(point: SearchPoint): string {
  const known = keys.get(point);
  if (known !== undefined) return known;
  const key = JSON.stringify(Object.entries(point).sort(([a], [b]) => (a < b ? -1 : 1)));
  keys.set(point, key);
  return key;
}

/** Points that run with the same values have the same key. */
export function pointKeyInStudy({ written }: Pick<Study, "written">, point: SearchPoint): string {
  if (!written) return pointKey(point);
  return pointKey(Object.fromEntries(Object.entries(point).map(([name, value]) => [name, written(name, value)])));
}

/**
 * Returns a test for whether a trial of this sweep used the values, however it ended. Trials of earlier sweeps do not
 * count, because they were other training runs.
 */
export function triedPointTest(study: Study): (point: SearchPoint) => boolean {
  const { trials, unseen = [] } = study;
  const ownTrials = [...trials, ...unseen].filter(({ number }) => number >= 1);
  const tried = new Set(ownTrials.map(({ point }) => pointKeyInStudy(study, point)));
  return (point) => tried.has(pointKeyInStudy(study, point));
}
