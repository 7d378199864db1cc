/** A model's prediction or generated text, as returned to a cell. */
import type { ContinuationPiece } from "./continue-texts.js";

/** Prediction of a task that reads texts; the task adds further fields (capability `prediction` of its word). */
export interface ReadTextPrediction {
  readonly text: string;
  readonly text_pair?: string;
}
/** A text and the model's continuation. */
export interface WrittenContinuation {
  readonly text: string;
  readonly continuation: string;
  readonly tokens: number;
  /** Why it ended: the model's end token, `max_tokens`, or a stop string. */
  readonly ended: "end" | "length" | "stop";
}

/** Joins the pieces of one text. */
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
