/** Rows that stay in one split. */
export interface RowGroup {
  /** From 0. */
  readonly rows: number[];
  /** Rows of each stratum in this group. */
  readonly strata: Map<string, number>;
}
