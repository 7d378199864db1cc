/** Which points a sweep has tried: a second trial of the same values would say the same and cost as much. */
import type { SearchPoint, Study } from "../kind.js";

/** Trials are asked for theirs again before each that follows. */
const keys = new WeakMap<SearchPoint, string>();

export function pointKey(point: SearchPoint): string {
  const known = keys.get(point);
  if (known !== undefined) return known;
  const key = JSON.stringify(Object.entries(point).sort(([a], [b]) => (a < b ? -1 : 1)));
  keys.set(point, key);
  return key;
}

/** Two points that are run with the same values have one key. */
export function pointKeyInStudy({ written }: Pick<Study, "written">, point: SearchPoint): string {
  if (!written) return pointKey(point);
  return pointKey(Object.fromEntries(Object.entries(point).map(([name, value]) => [name, written(name, value)])));
}

/** Whether a trial of this sweep had the values, however it ended; those of earlier sweeps were other trainings. */
export function triedPointTest(study: Study): (point: SearchPoint) => boolean {
  const { trials, unseen = [] } = study;
  const ownTrials = [...trials, ...unseen].filter(({ number }) => number >= 1);
  const tried = new Set(ownTrials.map(({ point }) => pointKeyInStudy(study, point)));
  return (point) => tried.has(pointKeyInStudy(study, point));
}
