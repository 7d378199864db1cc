/** Dimensions that always stand in a point together: those of one branch, and those outside all branches. */
import type { SearchDimension } from "../../kind.js";

/** Parents before what stands on them. */
export function dimensionGroups(dimensions: readonly SearchDimension[]): readonly (readonly SearchDimension[])[] {
  const groups = new Map<string, SearchDimension[]>();
  for (const dimension of dimensions) {
    const key = dimension.when ? JSON.stringify([dimension.when.dimension, dimension.when.option]) : "";
    groups.set(key, [...(groups.get(key) ?? []), dimension]);
  }
  return [...groups.values()];
}
