/** Texts to tokens, and tokenizers that are trained on texts. */
import type { RowName } from "#dsl/language/types/row-name.js";
import type { Call } from "#dsl/language/types/value.js";
import type { ContextWindow } from "../tasks/kind.js";

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
    options: { readonly length: number; readonly overlap: number; readonly names: ArrayLike<RowName> },
  ): Promise<readonly EncodedWindow[]>;
  readonly padId: number;
  /** The id that stands for what has no token; null or absent: everything has some. */
  readonly unknown?: number | null;
}

/** A part of tokenizer.json. */
export type TokenizerPart = Readonly<Record<string, unknown>>;
/** Words of the texts that a tokenizer is trained on, and how often each stands there; in the order in which they come first. */
export interface WordCounts {
  readonly words: readonly string[];
  readonly counts: readonly number[];
}
export interface TrainedVocabulary {
  /** `model` of tokenizer.json. */
  readonly model: TokenizerPart;
  /** Tokens, specials included: fewer than asked for where the texts give no more. */
  readonly size: number;
  /** Least vocabulary that every character of the texts and the specials fit into. */
  readonly least: number;
}
/** A kind of tokenizer that is trained on texts. Pure, and the same on every machine. */
export interface TokenizerTraining {
  /** What cuts a text into words before the model of tokenizer.json reads it, and what makes a text of tokens again. */
  parts(call: Call): {
    readonly normalizer: TokenizerPart | null;
    readonly pre_tokenizer: TokenizerPart | null;
    readonly decoder: TokenizerPart | null;
    /** A word begins with the blank before it, so a mask takes that blank too. */
    readonly blanksInWords?: true;
  };
  /** `specials` have the first ids, in their order; `unknown`: the one of them that stands for what has no token. */
  train(
    call: Call,
    words: WordCounts,
    options: { readonly specials: readonly string[]; readonly unknown: string | null },
  ): TrainedVocabulary;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    tokenizer: TokenizerTraining;
  }
}
