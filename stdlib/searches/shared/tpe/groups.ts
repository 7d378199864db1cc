/** Dimensions that always stand in a point together: those of one branch, and those outside all branches. */
import type { Dimension } from "../../kind.js";

/** Parents before what stands on them. */
export function groupsOf(dimensions: readonly Dimension[]): readonly (readonly Dimension[])[] {
  const groups = new Map<string, Dimension[]>();
  for (const dimension of dimensions) {
    const key = dimension.when ? JSON.stringify([dimension.when.dimension, dimension.when.option]) : "";
    groups.set(key, [...(groups.get(key) ?? []), dimension]);
  }
  return [...groups.values()];
}
