/** Which dimensions a point has: those of branches that it took. */
import type { Dimension, Point } from "../../kinds/search.js";

export function isActive(dimension: Dimension, point: Point, byName: ReadonlyMap<string, Dimension>): boolean {
  const { when } = dimension;
  if (!when) return true;
  const parent = byName.get(when.dimension);
  return parent !== undefined && isActive(parent, point, byName) && point[when.dimension] === when.option;
}

export const byName = (dimensions: readonly Dimension[]): ReadonlyMap<string, Dimension> =>
  new Map(dimensions.map((dimension) => [dimension.name, dimension]));

/** The point without what stands for dimensions of branches that were not taken. */
export function activeOnly(dimensions: readonly Dimension[], point: Point): Point {
  const named = byName(dimensions);
  return Object.fromEntries(
    dimensions.flatMap((d): [string, number][] =>
      isActive(d, point, named) && point[d.name] !== undefined ? [[d.name, point[d.name]!]] : [],
    ),
  );
}
