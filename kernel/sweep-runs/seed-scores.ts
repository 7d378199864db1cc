/** Combines the scores of several seeds into those of one trial. */

/** Returns the mean of each column. */
export function columnMeans(rows: readonly (readonly number[])[]): readonly number[] {
  return columns(rows).map((column) => column.reduce((sum, value) => sum + value, 0) / column.length);
}

/** Returns the sample standard deviation of each column. */
export function columnDeviations(rows: readonly (readonly number[])[]): readonly number[] {
  const means = columnMeans(rows);
  return columns(rows).map((column, i) => {
    const mean = means[i] ?? Number.NaN;
    return Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (column.length - 1));
  });
}

function columns(rows: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return (rows[0] ?? []).map((_, i) => rows.map((row) => row[i] ?? Number.NaN));
}
