/**
 * Columns that stand in one row only, most of those of texts, as one column of that row. Under the penalty ½|w|² their weights
 * are in proportion to their numbers, so that one weight says as much as all of them: what is fitted is the very same.
 */
import type { SparseRows } from "./sparse.js";

export interface Condensed {
  readonly rows: SparseRows;
  /** Weights [(columns + 1) × outputs] of the columns as they were. */
  whole(weights: Float64Array, outputs: number): Float64Array;
}

export function condensed(rows: SparseRows): Condensed {
  const has = new Uint32Array(rows.columns);
  for (const column of rows.at) has[column]!++;
  const place = new Int32Array(rows.columns).fill(-1);
  let columns = 0;
  has.forEach((count, column) => {
    if (count > 1) place[column] = columns++;
  });
  const starts = new Uint32Array(rows.count + 1);
  const [at, values] = [new Uint32Array(rows.at.length), new Float64Array(rows.at.length)];
  const own = new Float64Array(rows.count);
  let to = 0;
  for (let row = 0; row < rows.count; row++) {
    let squares = 0;
    for (let i = rows.starts[row]!; i < rows.starts[row + 1]!; i++) {
      const column = place[rows.at[i]!]!;
      if (column < 0) squares += rows.values[i]! ** 2;
      else [at[to], values[to++]] = [column, rows.values[i]!];
    }
    own[row] = Math.sqrt(squares);
    if (squares > 0) [at[to], values[to++]] = [columns++, own[row]!];
    starts[row + 1] = to;
  }
  const made = { count: rows.count, columns, starts, at: at.subarray(0, to), values: values.subarray(0, to) };
  return { rows: made, whole: (weights, outputs) => spread(rows, { place, made, own }, weights, outputs) };
}

function spread(
  rows: SparseRows,
  { place, made, own }: { readonly place: Int32Array; readonly made: SparseRows; readonly own: Float64Array },
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
    if (own[row] === 0) continue;
    const last = made.at[made.starts[row + 1]! - 1]!;
    for (let i = rows.starts[row]!; i < rows.starts[row + 1]!; i++)
      if (place[rows.at[i]!]! < 0) copied(last, rows.at[i]!, rows.values[i]! / own[row]!);
  }
  copied(made.columns, rows.columns, 1);
  return all;
}
