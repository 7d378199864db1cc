/**
 * Encodes the points of a sweep as input rows of a Gaussian process: numbers as a share of their range on their scale,
 * choices as their option's index. In a branch that is not taken, a number is 0.5 and a choice has its own index, −1.
 */
import type { SearchDimension, SearchPoint } from "../../kind.js";
import { valueCount, greatestValue, valueAtShare } from "../dimension-values.js";

const ABSENT = -1;

export function rowOfPoint(dimensions: readonly SearchDimension[], point: SearchPoint): Float64Array {
  const row = new Float64Array(dimensions.length);
  for (let i = 0; i < row.length; i++) {
    const d = dimensions[i]!;
    const value = point[d.name];
    if (d.kind === "choice") row[i] = value ?? ABSENT;
    else row[i] = value === undefined ? 0.5 : shareOfValue(d, value);
  }
  return row;
}

/** Returns the share that `valueAtShare` maps to this value. */
export function shareOfValue(d: Extract<SearchDimension, { kind: "number" }>, value: number): number {
  if (d.from === d.to) return 0.5;
  if (d.scale === "log") return Math.log(value / d.from) / Math.log(d.to / d.from);
  const count = valueCount(d);
  if (!Number.isFinite(count)) return (value - d.from) / (d.to - d.from);
  return count === 1 ? 0.5 : (((value - d.from) / (greatestValue(d) - d.from)) * (count - 1) + 0.5) / count;
}

/** Returns the point with its continuous numbers taken from the row. */
export function pointMovedToRow(
  dimensions: readonly SearchDimension[],
  point: SearchPoint,
  row: Float64Array,
): SearchPoint {
  const moved = { ...point };
  dimensions.forEach((d, i) => {
    if (isContinuousDimension(d) && point[d.name] !== undefined) moved[d.name] = valueAtShare(d, row[i]!);
  });
  return moved;
}

/** Checks for a number without steps. */
export const isContinuousDimension = (d: SearchDimension): boolean => d.kind === "number" && valueCount(d) === Infinity;
