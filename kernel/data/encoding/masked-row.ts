/** A row of training data with its tokens marked as trained or only read. */
export interface MaskedRow {
  /** Row number in the source. */
  readonly row: number;
  /** The row's text, in order. */
  readonly parts: readonly MaskedTextPart[];
  readonly trained: number;
  readonly tokens: number;
  /** Whether each epoch trains other tokens (as in masked language modelling). */
  readonly changes?: boolean;
}
export interface MaskedTextPart {
  readonly text: string;
  readonly trained: boolean;
}
