/** A row of training data whose tokens are marked: trained, or read only. */
export interface MaskedRow {
  /** Its number in the source. */
  readonly row: number;
  /** The row's text, one part after the other. */
  readonly parts: readonly MaskedTextPart[];
  readonly trained: number;
  readonly tokens: number;
  /** Other tokens are trained in each epoch. */
  readonly changes?: boolean;
}
export interface MaskedTextPart {
  readonly text: string;
  readonly trained: boolean;
}
