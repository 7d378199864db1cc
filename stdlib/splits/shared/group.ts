/** Rows that stay in one split. */
export interface Group {
  /** From 0. */
  readonly rows: number[];
  /** Rows of each stratum in this group. */
  readonly strata: Map<string, number>;
}
