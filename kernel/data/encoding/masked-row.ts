/** A row of training data with its tokens marked as trained or only read. */
export interface RowWithLossMask {
  /** Row number in the source. */
  readonly row: number;
  /** The row's text, in order. */
  readonly parts: readonly LossMaskedTextPart[];
  readonly trained: number;
  readonly tokens: number;
  /** Whether each epoch trains other tokens (as in masked language modelling). */
  readonly changes?: boolean;
}
export interface LossMaskedTextPart {
  readonly text: string;
  readonly trained: boolean;
}
