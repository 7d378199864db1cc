/** Groups of dimensions that always occur together in a point: those of one branch, and those outside all branches. */
import type { SearchDimension } from "../../kind.js";

/** Groups are ordered with parents before their branches. */
export function dimensionGroups(dimensions: readonly SearchDimension[]): readonly (readonly SearchDimension[])[] {
  const groups = new Map<string, SearchDimension[]>();
  for (const dimension of dimensions) {
    const key = dimension.when ? JSON.stringify([dimension.when.dimension, dimension.when.option]) : "";
    groups.set(key, [...(groups.get(key) ?? []), dimension]);
  }
  return [...groups.values()];
}
