/** Texts to tokens. */

export interface TokenizerImplementation {
  /** Specials included, cut to max_length, not padded. */
  encode(texts: readonly string[], maxLength: number): Promise<readonly Int32Array[]>;
  /** Two texts in one row, cut together: the longer one gives up tokens first. `types`: 0 and 1 where they are told apart. */
  encodePairs(
    first: readonly string[],
    second: readonly string[],
    maxLength: number,
  ): Promise<readonly { readonly ids: Int32Array; readonly types: Int32Array }[]>;
  /** Each word by itself, one after the other, specials around them; not cut. A word without pieces is the unknown token. */
  encodeWords(
    rows: readonly (readonly string[])[],
  ): Promise<readonly { readonly ids: Int32Array; readonly starts: Int32Array }[]>;
  readonly padId: number;
}
