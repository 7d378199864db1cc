/** Scores that follow from sums over rows: what each row adds is worked out once, then any draw of rows costs additions alone. */
import type { Sampler } from "../../kinds/metric.js";

export interface RowSums {
  readonly rows: number;
  /** Numbers that each row adds. */
  readonly width: number;
  /** rows × width, row-major. */
  readonly values: Float64Array;
  /** The score, from the sums over that many rows. */
  of(sums: Float64Array, rows: number): number;
}

export function rowSums(
  rows: number,
  width: number,
  valuesOf: (row: number) => readonly number[],
  of: RowSums["of"],
): RowSums {
  const values = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) values.set(valuesOf(row), row * width);
  return { rows, width, values, of };
}

/** The mean of one number of each row; NaN on no rows. */
export function rowMeans(rows: number, valueOf: (row: number) => number): RowSums {
  const values = new Float64Array(rows);
  for (let row = 0; row < rows; row++) values[row] = valueOf(row);
  return { rows, width: 1, values, of: (sums, count) => sums[0]! / count };
}

export function whole({ rows, width, values, of }: RowSums): number {
  const sums = new Float64Array(width);
  for (let at = 0; at < values.length; at++) sums[at % width]! += values[at]!;
  return of(sums, rows);
}

export function drawnFrom({ width, values, of }: RowSums): Sampler {
  return (drawn) => {
    const sums = new Float64Array(width);
    for (const row of drawn) for (let k = 0, at = row * width; k < width; k++, at++) sums[k]! += values[at]!;
    return of(sums, drawn.length);
  };
}
