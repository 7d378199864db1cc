/**
 * Texts that are written side by side, each by itself: a text comes and goes at any step (continuous batching). A writer
 * (`./slot-writer.ts`) knows tokens alone; a chooser (`./choosing`) chooses one text's next token from what the model says.
 */

/** Chooses the tokens of one text, in order. */
export interface Chooser {
  /** What it looks at for the next token: the likeliest alone, or the logits of all. It may be another at each step. */
  readonly reads: "next" | "logits";
  /** `logits` [vocabulary] is the writer's own memory and holds until this returns; given where `reads` says so. */
  choose(next: number, logits: Float32Array | null): Chosen;
}
export interface Chosen {
  readonly token: number;
  /** Whether the text ends with this token, beside the tokens that end any text; e.g. its grammar allows no more. */
  readonly ends?: boolean;
  readonly likelihoods?: readonly { readonly id: number; readonly logprob: number }[];
}

export interface SlotRequest {
  /** At least one token; with `maxTokens` at most as many as the model has positions. */
  readonly prompt: Int32Array;
  readonly maxTokens: number;
  /** Tokens that end the text; they are told. */
  readonly ends: ReadonlySet<number>;
  readonly chooser: Chooser;
  /** Which of the writer's adapters; absent: its first, or none. */
  readonly adapter?: number;
  /** Whoever asked went away: the text's slot is free at the next step. */
  readonly signal?: AbortSignal;
}
/** One token, as soon as it is chosen. */
export interface SlotToken extends Chosen {
  readonly ended: "end" | "length" | null;
}
/** Stopping the iteration frees the slot. Coded errors are thrown from it: `engine-died`, `interrupted`. */
export interface SlotText extends AsyncIterable<SlotToken> {
  /** Tokens of the prompt that were there from other texts; known when the first token is. */
  readonly cached: number;
}
export interface SlotLoad {
  readonly waiting: number;
  readonly working: number;
  readonly steps: number;
  readonly tokensRead: number;
  readonly tokensCached: number;
  readonly tokensWritten: number;
}
export interface SlotWriter {
  /** Texts that can be written side by side. */
  readonly slots: number;
  readonly vocabulary: number;
  /** Most tokens of a prompt and its text together. */
  readonly room: number;
  write(request: SlotRequest): SlotText;
  load(): SlotLoad;
  close(): Promise<void>;
}
