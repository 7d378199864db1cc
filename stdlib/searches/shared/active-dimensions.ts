/** Determines the active dimensions of a point: those of the branches that it selected. */
import type { SearchDimension, SearchPoint } from "../kind.js";

export function isActiveDimension(
  dimension: SearchDimension,
  point: SearchPoint,
  byName: ReadonlyMap<string, SearchDimension>,
): boolean {
  const { when } = dimension;
  if (!when) return true;
  const parent = byName.get(when.dimension);
  return parent !== undefined && isActiveDimension(parent, point, byName) && point[when.dimension] === when.option;
}

/** Cached, because a search uses the same space thousands of times. */
const named = new WeakMap<readonly SearchDimension[], ReadonlyMap<string, SearchDimension>>();

export function dimensionsByName(dimensions: readonly SearchDimension[]): ReadonlyMap<string, SearchDimension> {
  const known = named.get(dimensions);
  if (known) return known;
  const made = new Map(dimensions.map((dimension) => [dimension.name, dimension]));
  named.set(dimensions, made);
  return made;
}

/** Returns the point without values for dimensions of branches that it did not select. */
export function activeValues(dimensions: readonly SearchDimension[], point: SearchPoint): SearchPoint {
  const all = dimensionsByName(dimensions);
  const active: Record<string, number> = {};
  for (const d of dimensions) {
    const value = point[d.name];
    if (value !== undefined && isActiveDimension(d, point, all)) active[d.name] = value;
  }
  return active;
}
