/** Tokenization of texts, and training of tokenizers. */
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import type { Call } from "#dsl/language/types/value.js";
import type { QuestionContextWindow } from "../tasks/kind.js";

/** `types`: 0 and 1, if question and context have different token types. */
export interface EncodedWindow extends QuestionContextWindow {
  readonly ids: Int32Array;
  readonly types: Int32Array;
}

export interface TokenizerImplementation {
  /** Includes special tokens, truncates to max_length, and does not pad. */
  encode(texts: readonly string[], maxLength: number): Promise<readonly Int32Array[]>;
  /**
   * Encodes two texts in one row, truncated together: the longer one loses tokens first. `types`: 0 and 1, if the texts
   * have different token types.
   */
  encodePairs(
    first: readonly string[],
    second: readonly string[],
    maxLength: number,
  ): Promise<readonly { readonly ids: Int32Array; readonly types: Int32Array }[]>;
  /**
   * Encodes each word separately, in order, with special tokens before and after the row; not truncated. A word without
   * subwords is the unknown token.
   */
  encodeWords(
    rows: readonly (readonly string[])[],
  ): Promise<readonly { readonly ids: Int32Array; readonly starts: Int32Array }[]>;
  /**
   * Encodes questions with their complete contexts in windows of `length` tokens, which share `overlap` context tokens.
   */
  encodeContexts(
    questions: readonly string[],
    contexts: readonly string[],
    options: { readonly length: number; readonly overlap: number; readonly names: ArrayLike<RowIdentifier> },
  ): Promise<readonly EncodedWindow[]>;
  readonly padId: number;
  /** Id of the unknown token; null or missing if everything can be encoded. */
  readonly unknown?: number | null;
}

/** A part of tokenizer.json. */
export type TokenizerPart = Readonly<Record<string, unknown>>;
/** Distinct words of the training texts and their counts, in order of first occurrence. */
export interface WordCounts {
  readonly words: readonly string[];
  readonly counts: readonly number[];
}
export interface TrainedVocabulary {
  /** `model` of tokenizer.json. */
  readonly model: TokenizerPart;
  /** Number of tokens, including special tokens: fewer than requested if the texts do not provide more. */
  readonly size: number;
  /** Minimum vocabulary that includes every character of the texts and the special tokens. */
  readonly least: number;
}
/** A trainable type of tokenizer. Training is pure and gives the same result on every machine. */
export interface TrainableTokenizer {
  /** Pre-tokenization before the model of tokenizer.json, and the decoder from tokens to text. */
  parts(call: Call): {
    readonly normalizer: TokenizerPart | null;
    readonly pre_tokenizer: TokenizerPart | null;
    readonly decoder: TokenizerPart | null;
    /** A word includes the space before it, so a mask replaces that space too. */
    readonly blanksInWords?: true;
  };
  /** `specials` get the first ids, in order; `unknown`: the one of them that is the unknown token. */
  train(
    call: Call,
    words: WordCounts,
    options: { readonly specials: readonly string[]; readonly unknown: string | null },
  ): TrainedVocabulary;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    tokenizer: TrainableTokenizer;
  }
}
