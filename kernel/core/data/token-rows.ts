/** Rows of token ids, wherever they lie: arrays in memory, or a file that is read as they are asked for. */

import { must } from "#dsl/diagnostics/must.js";
export interface TokenRows {
  readonly length: number;
  at(row: number): Int32Array | undefined;
}

/** The tokens of a row; `internal` where there is no such row. */
export function tokensAt(ids: TokenRows, row: number): Int32Array {
  return must(ids.at(row), `row ${row} of the tokens`);
}

/** Whole texts of which a part can be had without the rest. */
export interface TokenTexts extends TokenRows {
  /** Tokens of each text. */
  readonly lengths: Int32Array;
  /** Tokens `from` … `to` − 1 of a text. */
  part(text: number, from: number, to: number): Int32Array;
}

export class TextsInMemory implements TokenTexts {
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

/** Texts cut to a length as they are read; `cut` is the tokenizer's. */
export class CutTexts implements TokenRows {
  constructor(
    private readonly texts: TokenTexts,
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
