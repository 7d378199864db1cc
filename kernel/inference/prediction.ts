/** What a model says of a text, or writes after it, as a cell gets it. */
import type { ContinuationPiece } from "./continue-texts.js";

/** What a task that reads texts says of one; the rest of it is the task's own (capability `prediction` of its word). */
export interface ReadTextPrediction {
  readonly text: string;
  /** Of models that read pairs. */
  readonly text_pair?: string;
}
/** A text and what the model wrote after it. */
export interface WrittenContinuation {
  readonly text: string;
  readonly continuation: string;
  /** How many tokens the continuation has. */
  readonly tokens: number;
  /** Why it ended: the model ended it, `max_tokens` were written, or a stop string came. */
  readonly ended: "end" | "length" | "stop";
}

/** One text's pieces, put together. */
export class ContinuationBuilder {
  private continuation = "";
  private tokens = 0;
  private ended: WrittenContinuation["ended"] = "length";
  constructor(private readonly text: string) {}
  add(piece: ContinuationPiece): void {
    this.continuation += piece.text;
    this.tokens += piece.tokens.length;
    if (piece.ended !== null) this.ended = piece.ended;
  }
  written(): WrittenContinuation {
    return { text: this.text, continuation: this.continuation, tokens: this.tokens, ended: this.ended };
  }
}
