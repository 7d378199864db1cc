/** Texts to tokens. */
import type { ContextWindow } from "./task.js";

/** `types`: 0 and 1 where question and context are told apart. */
export interface EncodedWindow extends ContextWindow {
  readonly ids: Int32Array;
  readonly types: Int32Array;
}

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
  /** Questions beside the whole of their contexts in windows of `length` tokens that share `overlap` of the context's. */
  encodeContexts(
    questions: readonly string[],
    contexts: readonly string[],
    o: { readonly length: number; readonly overlap: number; readonly numbers: ArrayLike<number> },
  ): Promise<readonly EncodedWindow[]>;
  readonly padId: number;
}
