/** Interfaces of decoders, which choose the next tokens. */
import type { Call } from "#dsl/language/types/value.js";

export interface DecodingInputs {
  /** Tokens of the prompts without padding; the repetition penalty uses them. */
  readonly prompts: readonly Int32Array[];
  readonly vocabulary: number;
  /** End-of-text tokens; they are part of the generated tokens. */
  readonly ends: ReadonlySet<number>;
  /** Token fed for texts that have ended while others continue. */
  readonly padId: number;
  readonly maxTokens: number;
  /**
   * Index of each prompt among all requested ones. Defaults to 0, 1, 2, … Random draws depend on it, so batching
   * changes no text.
   */
  readonly numbers?: readonly number[];
}
export interface DecodingStep {
  /** The next token of each row of the model's batch, to feed to the model. */
  readonly tokens: Int32Array;
  /** For each token, the row of the previous batch that it continues; null if each row continues itself. */
  readonly rows: Int32Array | null;
}
export interface DecodedText {
  /** Final tokens so far; the list only grows. */
  readonly tokens: readonly number[];
  /** Why it ended: a token of `ends`, `maxTokens`, or `stop`; null while it continues. */
  readonly ended: "end" | "length" | "stop" | null;
  /** Log-probability of a search result, after its length penalty. */
  readonly score?: number;
}
/** Decoding of one batch of prompts, step by step. */
export interface Decoding {
  /**
   * `next`: the likeliest token of each row [rows] i32. `logits`: all logits [rows × vocabulary]. `likeliest`, for
   * deployment checks: that token and its margin over the next one, per row [rows × 2] f32.
   */
  readonly reads: "next" | "logits" | "likeliest";
  /** Rows of the model's batch per prompt after the first step. */
  readonly width: number;
  readonly done: boolean;
  /** One per prompt. */
  readonly texts: readonly DecodedText[];
  /** Takes the model's output: one row per prompt at first, then one row per token of the previous step. */
  step(scores: Int32Array | Float32Array): DecodingStep;
  /** Ends a text early and retains its first `keep` tokens. */
  stop(prompt: number, keep: number): void;
}
/** Chooses the next tokens from the model's logits: pure, and reproducible by its seed. */
export interface DecoderImplementation {
  begin(call: Call, start: DecodingInputs): Decoding;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    decoder: DecoderImplementation;
  }
}
