/**
 * Merges the columns that occur in one row only (most columns of texts) into one column per row. Under the penalty
 * ½|w|² their weights are proportional to their values, so one weight represents them all and the fit is identical.
 */
import type { SparseRows } from "./sparse.js";

export interface CondensedColumns {
  readonly rows: SparseRows;
  /** Returns the weights [(columns + 1) × outputs] for the original columns. */
  whole(weights: Float64Array, outputs: number): Float64Array;
}

export function condenseColumns(rows: SparseRows): CondensedColumns {
  const has = new Uint32Array(rows.columns);
  for (const column of rows.columnIndexes) has[column]!++;
  const place = new Int32Array(rows.columns).fill(-1);
  let columns = 0;
  has.forEach((count, column) => {
    if (count > 1) place[column] = columns++;
  });
  const starts = new Uint32Array(rows.count + 1);
  const [columnIndexes, values] = [
    new Uint32Array(rows.columnIndexes.length),
    new Float64Array(rows.columnIndexes.length),
  ];
  const norms = new Float64Array(rows.count);
  let to = 0;
  for (let row = 0; row < rows.count; row++) {
    let squares = 0;
    for (let i = rows.starts[row]!; i < rows.starts[row + 1]!; i++) {
      const column = place[rows.columnIndexes[i]!]!;
      if (column < 0) squares += rows.values[i]! ** 2;
      else [columnIndexes[to], values[to++]] = [column, rows.values[i]!];
    }
    norms[row] = Math.sqrt(squares);
    if (squares > 0) [columnIndexes[to], values[to++]] = [columns++, norms[row]!];
    starts[row + 1] = to;
  }
  const made = {
    count: rows.count,
    columns,
    starts,
    columnIndexes: columnIndexes.subarray(0, to),
    values: values.subarray(0, to),
  };
  return { rows: made, whole: (weights, outputs) => spread(rows, { place, made, norms }, weights, outputs) };
}

function spread(
  rows: SparseRows,
  { place, made, norms }: { readonly place: Int32Array; readonly made: SparseRows; readonly norms: Float64Array },
  weights: Float64Array,
  outputs: number,
): Float64Array {
  const all = new Float64Array((rows.columns + 1) * outputs);
  const copied = (from: number, to: number, times: number): void => {
    for (let k = 0; k < outputs; k++) all[to * outputs + k] = times * weights[from * outputs + k]!;
  };
  place.forEach((column, to) => {
    if (column >= 0) copied(column, to, 1);
  });
  for (let row = 0; row < rows.count; row++) {
    if (norms[row] === 0) continue;
    const last = made.columnIndexes[made.starts[row + 1]! - 1]!;
    for (let i = rows.starts[row]!; i < rows.starts[row + 1]!; i++)
      if (place[rows.columnIndexes[i]!]! < 0) copied(last, rows.columnIndexes[i]!, rows.values[i]! / norms[row]!);
  }
  copied(made.columns, rows.columns, 1);
  return all;
}
