/** Decoders that treat each text independently: one row of the batch is one text from beginning to end. */
import type { DecodedText, Decoding, DecodingInputs, DecodingStep } from "../kind.js";

interface Text extends DecodedText {
  readonly tokens: number[];
  ended: DecodedText["ended"];
}

/** `choose` returns the next token of an unfinished text, from the logits, its row and its tokens so far. */
export class RowByRowDecoding implements Decoding {
  readonly width = 1;
  private readonly rows: readonly Text[];

  constructor(
    private readonly start: DecodingInputs,
    readonly reads: Decoding["reads"],
    private readonly choose: (scores: Int32Array | Float32Array, row: number, text: readonly number[]) => number,
  ) {
    this.rows = start.prompts.map(() => ({ tokens: [], ended: start.maxTokens > 0 ? null : "length" }));
  }
  get texts(): readonly DecodedText[] {
    return this.rows;
  }
  get done(): boolean {
    return this.rows.every((text) => text.ended !== null);
  }
  step(scores: Int32Array | Float32Array): DecodingStep {
    const { ends, padId, maxTokens } = this.start;
    const tokens = Int32Array.from(this.rows, (text, row) => {
      if (text.ended !== null) return padId;
      const token = this.choose(scores, row, text.tokens);
      text.tokens.push(token);
      if (ends.has(token)) text.ended = "end";
      else if (text.tokens.length >= maxTokens) text.ended = "length";
      return token;
    });
    return { tokens, rows: null };
  }
  stop(prompt: number, keep: number): void {
    const text = this.rows[prompt]!;
    text.tokens.length = Math.min(text.tokens.length, keep);
    text.ended = "stop";
  }
}

export function copyRowLogits(scores: Int32Array | Float32Array, row: number, vocabulary: number): Float32Array {
  return (scores as Float32Array).slice(row * vocabulary, (row + 1) * vocabulary);
}
