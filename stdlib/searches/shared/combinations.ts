/**
 * Enumerates combinations of countable values by index, without building a list. The dimensions of a branch are
 * combined only for the option that opens the branch.
 */
import type { SearchDimension, SearchPoint } from "../kind.js";
import { valueCount, nthValue } from "./dimension-values.js";

/** A dimension and its candidate values. */
export interface CombinationAxis {
  readonly dimension: SearchDimension;
  readonly count: number;
  valueAtPlace(place: number): number;
}
export interface Combinations {
  readonly count: bigint;
  /** Returns the combination with this index, counted from 0. The last axis changes fastest. */
  pointAt(number: bigint): SearchPoint;
}

/** Returns null if a dimension is continuous, so that its values cannot be counted. */
export function allCombinations(dimensions: readonly SearchDimension[]): Combinations | null {
  const axes = dimensions.map((dimension) => ({
    dimension,
    count: valueCount(dimension),
    valueAtPlace: (place: number) => nthValue(dimension, place),
  }));
  return axes.some(({ count }) => count === Infinity) ? null : combinationsOf(axes);
}

interface Tree extends CombinationAxis {
  readonly size: bigint;
  /** For a choice: the subtree of dimensions that each option opens. Empty for numbers. */
  readonly branches: readonly Forest[];
}
interface Forest {
  readonly size: bigint;
  readonly trees: readonly Tree[];
}

export function combinationsOf(axes: readonly CombinationAxis[]): Combinations {
  const under = (parent: string | undefined, option?: number): Forest => {
    const trees = axes
      .filter(({ dimension: { when } }) => when?.dimension === parent && when?.option === option)
      .map((axis): Tree => {
        if (axis.dimension.kind !== "choice") return { ...axis, size: BigInt(axis.count), branches: [] };
        const { name, size } = axis.dimension;
        const branches = Array.from({ length: size }, (_, i) => under(name, i));
        return { ...axis, branches, size: branches.reduce((sum, branch) => sum + branch.size, 0n) };
      });
    return { trees, size: trees.reduce((product, { size }) => product * size, 1n) };
  };
  const whole = under(undefined);
  return { count: whole.size, pointAt: (number) => Object.fromEntries(inForest(whole, number)) };
}

function inForest({ trees }: Forest, number: bigint): [string, number][] {
  const found: [string, number][] = [];
  for (const tree of [...trees].reverse()) {
    found.unshift(...inTree(tree, number % tree.size));
    number /= tree.size;
  }
  return found;
}

function inTree(tree: Tree, number: bigint): [string, number][] {
  const { name } = tree.dimension;
  if (tree.branches.length === 0) return [[name, tree.valueAtPlace(Number(number))]];
  let option = 0;
  while (number >= tree.branches[option]!.size) number -= tree.branches[option++]!.size;
  return [[name, option], ...inForest(tree.branches[option]!, number)];
}
