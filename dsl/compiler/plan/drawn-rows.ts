/** Rows that stand beside each batch, as many as it has: drawn anew, out of rows that no epoch counts. */
export interface DrawnRows {
  /** Of all that are drawn from, read once. */
  readonly rows: number;
  readonly tokens: number;
  /** Tokens of the longest. */
  readonly longest: number;
}

/** Tokens of one of them, on average. */
export const meanTokensOf = ({ rows, tokens }: Pick<DrawnRows, "rows" | "tokens">): number =>
  rows > 0 ? tokens / rows : 0;
