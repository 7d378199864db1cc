/**
 * Points of a sweep as rows of a process: numbers by their share of the way on their own scale, choices by their place. A number of
 * a branch that wasn't taken stands in the middle, a choice at a place of its own.
 */
import type { Dimension, Point } from "../../kind.js";
import { countOf, greatest, valueAt } from "../dimension-values.js";

const ABSENT = -1;

export function rowOf(dimensions: readonly Dimension[], point: Point): Float64Array {
  const row = new Float64Array(dimensions.length);
  for (let i = 0; i < row.length; i++) {
    const d = dimensions[i]!;
    const value = point[d.name];
    if (d.kind === "choice") row[i] = value ?? ABSENT;
    else row[i] = value === undefined ? 0.5 : shareOf(d, value);
  }
  return row;
}

/** The share of the way at which `valueAt` has the value. */
export function shareOf(d: Extract<Dimension, { kind: "number" }>, value: number): number {
  if (d.from === d.to) return 0.5;
  if (d.scale === "log") return Math.log(value / d.from) / Math.log(d.to / d.from);
  const count = countOf(d);
  if (!Number.isFinite(count)) return (value - d.from) / (d.to - d.from);
  return count === 1 ? 0.5 : (((value - d.from) / (greatest(d) - d.from)) * (count - 1) + 0.5) / count;
}

/** The point, with the numbers that have no steps moved to the row's. */
export function movedTo(dimensions: readonly Dimension[], point: Point, row: Float64Array): Point {
  const moved = { ...point };
  dimensions.forEach((d, i) => {
    if (isSmooth(d) && point[d.name] !== undefined) moved[d.name] = valueAt(d, row[i]!);
  });
  return moved;
}

/** A number of which every value counts. */
export const isSmooth = (d: Dimension): boolean => d.kind === "number" && countOf(d) === Infinity;
