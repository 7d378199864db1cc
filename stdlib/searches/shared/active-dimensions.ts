/** Which dimensions a point has: those of branches that it took. */
import type { Dimension, Point } from "../kind.js";

export function isActive(dimension: Dimension, point: Point, byName: ReadonlyMap<string, Dimension>): boolean {
  const { when } = dimension;
  if (!when) return true;
  const parent = byName.get(when.dimension);
  return parent !== undefined && isActive(parent, point, byName) && point[when.dimension] === when.option;
}

/** A search asks of one space thousands of times. */
const named = new WeakMap<readonly Dimension[], ReadonlyMap<string, Dimension>>();

export function byName(dimensions: readonly Dimension[]): ReadonlyMap<string, Dimension> {
  const known = named.get(dimensions);
  if (known) return known;
  const made = new Map(dimensions.map((dimension) => [dimension.name, dimension]));
  named.set(dimensions, made);
  return made;
}

/** The point without what stands for dimensions of branches that were not taken. */
export function activeOnly(dimensions: readonly Dimension[], point: Point): Point {
  const all = byName(dimensions);
  const active: Record<string, number> = {};
  for (const d of dimensions) {
    const value = point[d.name];
    if (value !== undefined && isActive(d, point, all)) active[d.name] = value;
  }
  return active;
}
