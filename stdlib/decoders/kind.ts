/** How the next tokens are chosen. */
import type { Call } from "#dsl/language/types/value.js";

/** What decoding starts from. */
export interface DecodingStart {
  /** The prompts' tokens without padding: what a repetition penalty looks at. */
  readonly prompts: readonly Int32Array[];
  readonly vocabulary: number;
  /** Tokens that end a text; they are part of what is generated. */
  readonly ends: ReadonlySet<number>;
  /** Fed for texts that have ended, while others go on. */
  readonly padId: number;
  /** Most tokens of each text. */
  readonly maxTokens: number;
  /** Number of each prompt among all that are asked for; absent: 0, 1, 2, … Chance goes by it, so batches change no text. */
  readonly numbers?: readonly number[];
}
export interface DecodingStep {
  /** The next token of each row of the model's batch, to be fed to it. */
  readonly tokens: Int32Array;
  /** For each of them the row of the batch before that it continues; null: each row continues itself. */
  readonly rows: Int32Array | null;
}
export interface DecodedText {
  /** What is settled so far; it only grows. */
  readonly tokens: readonly number[];
  /** Why it ended: a token of `ends`, `maxTokens`, or `stop`; null while it goes on. */
  readonly ended: "end" | "length" | "stop" | null;
  /** Of a search: the log-probability, after its length penalty. */
  readonly score?: number;
}
/** Decoding of one batch of prompts, step by step. */
export interface Decoding {
  /**
   * `next`: the likeliest token of each row [rows] i32; `logits`: all of them [rows × vocabulary]; `likeliest`, which proofs of
   * deployments read: of each row that token and how far it lies before the next [rows × 2] f32.
   */
  readonly reads: "next" | "logits" | "likeliest";
  /** Rows of the model's batch for each prompt after the first step. */
  readonly width: number;
  readonly done: boolean;
  /** One per prompt. */
  readonly texts: readonly DecodedText[];
  /** Takes what the model says: a row per prompt at first, then as many as the step before gave tokens. */
  step(scores: Int32Array | Float32Array): DecodingStep;
  /** Ends a text early, keeping its first `keep` tokens. */
  stop(prompt: number, keep: number): void;
}
/** How the next tokens are chosen from what the model says of them: pure, and repeatable by its seed. */
export interface DecoderImplementation {
  begin(call: Call, start: DecodingStart): Decoding;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    decoder: DecoderImplementation;
  }
}
