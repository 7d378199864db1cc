/**
 * Rows added to each batch, as many as it has rows. They are sampled anew for each batch and do not count in an epoch.
 */
export interface RowsDrawnPerBatch {
  /** Size of the pool that is sampled from, in one pass. */
  readonly rows: number;
  readonly tokens: number;
  /** Tokens of the longest row. */
  readonly longest: number;
}

/** Returns the mean tokens per row. */
export const meanTokensOf = ({ rows, tokens }: Pick<RowsDrawnPerBatch, "rows" | "tokens">): number =>
  rows > 0 ? tokens / rows : 0;
