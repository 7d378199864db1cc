/** Rows that must be in the same split. */
export interface RowGroup {
  /** Row numbers, from 0. */
  readonly rows: number[];
  /** Number of rows per stratum in this group. */
  readonly strata: Map<string, number>;
}
