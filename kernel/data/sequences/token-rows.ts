/** Rows of token ids: arrays in memory, or a file that is read on demand. */

import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { QuestionContextWindow } from "#stdlib/tasks/kind.js";
import type { EncodedWindow } from "#stdlib/tokenizers/kind.js";
import type { TokenizedWords } from "./tokens.js";

export interface TokenRows {
  readonly length: number;
  at(row: number): Int32Array | undefined;
}

/** Returns the tokens of a row; throws `internal` if there is no such row. */
export function tokensAt(ids: TokenRows, row: number): Int32Array {
  return mustExist(ids.at(row), `row ${row} of the tokens`);
}

/** Complete texts that can be read in part. */
export interface TokenizedTexts extends TokenRows {
  /** Tokens of each text. */
  readonly lengths: Int32Array;
  part(text: number, from: number, to: number): Int32Array;
}

export class TextsInMemory implements TokenizedTexts {
  readonly lengths: Int32Array;
  constructor(private readonly texts: readonly Int32Array[]) {
    this.lengths = Int32Array.from(texts, (text) => text.length);
  }
  get length(): number {
    return this.texts.length;
  }
  at(text: number): Int32Array | undefined {
    return this.texts[text];
  }
  part(text: number, from: number, to: number): Int32Array {
    return this.texts[text]!.subarray(from, to);
  }
}

/** The words of each row, joined. */
export interface JoinedWordTexts extends TokenizedTexts {
  /** Returns the position of each word's first piece. */
  starts(row: number): Int32Array;
}

export class WordsInMemory extends TextsInMemory implements JoinedWordTexts {
  constructor(private readonly pieces: readonly TokenizedWords[]) {
    super(pieces.map(({ ids }) => ids));
  }
  starts(row: number): Int32Array {
    return mustExist(this.pieces[row], `the words of row ${row}`).starts;
  }
}

/** Questions with the windows of their contexts. */
export interface ContextWindowRows {
  readonly ids: TokenRows;
  readonly types: TokenRows;
  readonly lengths: Int32Array;
  window(row: number): QuestionContextWindow;
}

export function contextWindowsInMemory(windows: readonly EncodedWindow[]): ContextWindowRows {
  return {
    ids: windows.map(({ ids }) => ids),
    types: windows.map(({ types }) => types),
    lengths: Int32Array.from(windows, ({ ids }) => ids.length),
    window: (row) => mustExist(windows[row], `window ${row}`),
  };
}

/** Texts that are truncated when they are read; `cut` is the tokenizer's. */
export class TruncatedTexts implements TokenRows {
  constructor(
    private readonly texts: TokenizedTexts,
    private readonly cut: (ids: Int32Array) => Int32Array,
  ) {}
  get length(): number {
    return this.texts.length;
  }
  at(row: number): Int32Array | undefined {
    const ids = this.texts.at(row);
    return ids && this.cut(ids);
  }
}
