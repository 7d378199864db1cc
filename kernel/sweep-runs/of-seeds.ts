/** Scores of several seeds as those of one trial. */

/** Of each column. */
export function columnMeans(rows: readonly (readonly number[])[]): readonly number[] {
  return columns(rows).map((column) => column.reduce((sum, value) => sum + value, 0) / column.length);
}

/** Standard deviations, of samples. */
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
