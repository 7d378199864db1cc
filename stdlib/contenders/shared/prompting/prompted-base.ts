/** A base as a prompt asks it: what the kernel does for the contender `prompt`. */
import type { Call } from "#dsl/language/types/value.js";

/** An example: what is asked, and what is right. */
export interface FewShotExample {
  readonly question: string;
  readonly answer: string;
}
/** What one row is asked as. */
export interface RowPrompt {
  /** Shown before it, answered. */
  readonly shots: readonly FewShotExample[];
  /** What stands in the template's holes, and the whole with other values there: a row that is too long loses the end of its own. */
  readonly values: readonly string[];
  fill(values: readonly string[]): string;
}
export interface TokenizedPrompts {
  /** How many rows had to be cut, so that they fit the base. */
  readonly cut: number;
  /** Tokens that all prompts begin with: they are read once. */
  readonly shared: number;
  /** Reads what all begin with and makes ready what answers them, so that asking takes no more than answers do. */
  open(): Promise<void>;
  /** Of some rows (by number) how likely each answer is: the sums of its tokens' log-probabilities. */
  likelihoods(
    rows: Uint32Array,
    answers: readonly string[],
  ): Promise<{ readonly outputs: readonly Float32Array[]; readonly tokens: number }>;
  /** What the base writes after the prompts of some rows. */
  write(rows: Uint32Array, decode: Call): Promise<{ readonly written: readonly string[]; readonly tokens: number }>;
}
/** What becomes of prompts: they leave room for the longest of some answers, or for so many tokens. */
export type AnswerRoom = { readonly likelihood: readonly string[] } | { readonly writes: number };

export interface PromptedBase {
  /** Of its weights as the engine holds them. */
  readonly bytes: number;
  /** Whether it is asked in turns, by the chat template that it brings. */
  readonly chats: boolean;
  read(
    rows: readonly RowPrompt[],
    by: AnswerRoom,
    options: {
      readonly batchSize: number;
      readonly signal?: AbortSignal | undefined;
      readonly onProgress?: (label: string, done: number, total: number) => void;
    },
  ): Promise<TokenizedPrompts>;
}
