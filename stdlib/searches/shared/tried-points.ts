/** Which points a sweep has tried: a second trial of the same values would say the same and cost as much. */
import type { Point, Study } from "../kind.js";

/** Trials are asked for theirs again before each that follows. */
const keys = new WeakMap<Point, string>();

export function keyOf(point: Point): string {
  const known = keys.get(point);
  if (known !== undefined) return known;
  const key = JSON.stringify(Object.entries(point).sort(([a], [b]) => (a < b ? -1 : 1)));
  keys.set(point, key);
  return key;
}

/** Two points that are run with the same values have one key. */
export function keyIn({ written }: Pick<Study, "written">, point: Point): string {
  if (!written) return keyOf(point);
  return keyOf(Object.fromEntries(Object.entries(point).map(([name, value]) => [name, written(name, value)])));
}

/** Whether a trial of this sweep had the values, however it ended; those of earlier sweeps were other trainings. */
export function triedIn(study: Study): (point: Point) => boolean {
  const { trials, unseen = [] } = study;
  const own = [...trials, ...unseen].filter(({ number }) => number >= 1);
  const tried = new Set(own.map(({ point }) => keyIn(study, point)));
  return (point) => tried.has(keyIn(study, point));
}
