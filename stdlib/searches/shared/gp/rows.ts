/**
 * Points of a sweep as rows of a process: numbers by their share of the way on their own scale, choices by their place. A number of
 * a branch that wasn't taken stands in the middle, a choice at a place of its own.
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

/** The share of the way at which `valueAt` has the value. */
export function shareOfValue(d: Extract<SearchDimension, { kind: "number" }>, value: number): number {
  if (d.from === d.to) return 0.5;
  if (d.scale === "log") return Math.log(value / d.from) / Math.log(d.to / d.from);
  const count = valueCount(d);
  if (!Number.isFinite(count)) return (value - d.from) / (d.to - d.from);
  return count === 1 ? 0.5 : (((value - d.from) / (greatestValue(d) - d.from)) * (count - 1) + 0.5) / count;
}

/** The point, with the numbers that have no steps moved to the row's. */
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

/** A number of which every value counts. */
export const isContinuousDimension = (d: SearchDimension): boolean => d.kind === "number" && valueCount(d) === Infinity;
