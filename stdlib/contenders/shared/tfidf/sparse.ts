/** Sparse rows in CSR form: few non-zero values among many columns. */
export interface SparseRows {
  readonly count: number;
  readonly columns: number;
  /** Offset of each row in `columnIndexes` and `values`, then the end of the last row: [count + 1]. */
  readonly starts: Uint32Array;
  /** Column of each value, row by row. */
  readonly columnIndexes: Uint32Array;
  readonly values: Float64Array;
}

/** Returns the given rows, in this order. */
export function selectRows(
  { columns, starts, columnIndexes, values }: SparseRows,
  rows: readonly number[],
): SparseRows {
  const built = new SparseBuilder();
  for (const row of rows) {
    const [from, to] = [starts[row]!, starts[row + 1]!];
    built.row(columnIndexes.subarray(from, to), values.subarray(from, to));
  }
  return built.made(columns);
}

/** Builds sparse rows one after the other. */
export class SparseBuilder {
  private readonly starts: number[] = [0];
  private columnIndexes = new Uint32Array(1024);
  private values = new Float64Array(1024);
  private used = 0;

  row(columns: Uint32Array, values: Float64Array): void {
    const end = this.used + columns.length;
    if (end > this.columnIndexes.length) {
      const room = Math.max(end, this.columnIndexes.length * 2);
      const [indexes, numbers] = [new Uint32Array(room), new Float64Array(room)];
      indexes.set(this.columnIndexes.subarray(0, this.used));
      numbers.set(this.values.subarray(0, this.used));
      [this.columnIndexes, this.values] = [indexes, numbers];
    }
    this.columnIndexes.set(columns, this.used);
    this.values.set(values, this.used);
    this.used = end;
    this.starts.push(end);
  }

  made(columns: number): SparseRows {
    const starts = Uint32Array.from(this.starts);
    const [indexes, values] = [this.columnIndexes.subarray(0, this.used), this.values.subarray(0, this.used)];
    return { count: starts.length - 1, columns, starts, columnIndexes: indexes, values };
  }
}
