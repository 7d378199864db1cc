/** A base model for prompting: the service that the kernel gives the baseline `prompt`. */
import type { Call } from "#dsl/language/types/value.js";

/** A few-shot example: a question with its true answer. */
export interface FewShotExample {
  readonly question: string;
  readonly answer: string;
}
export interface RowPrompt {
  /** Answered examples shown before the row. */
  readonly shots: readonly FewShotExample[];
  /**
   * Values of the placeholders; `fill` builds the prompt from other values. A row that is too long is shortened at the
   * end of its own values.
   */
  readonly values: readonly string[];
  fill(values: readonly string[]): string;
}
export interface TokenizedPrompts {
  /** Number of rows that were truncated to fit the base. */
  readonly cut: number;
  /** Number of tokens that all prompts share at their start; they are read once. */
  readonly shared: number;
  /** Reads the shared prefix and compiles the graphs, so that requests take only the time of their answers. */
  open(): Promise<void>;
  /** Returns the likelihood of each answer for some rows (by index): the summed log-probabilities of its tokens. */
  likelihoods(
    rows: Uint32Array,
    answers: readonly string[],
  ): Promise<{ readonly outputs: readonly Float32Array[]; readonly tokens: number }>;
  /** Generates text after the prompts of some rows. */
  write(rows: Uint32Array, decode: Call): Promise<{ readonly written: readonly string[]; readonly tokens: number }>;
}
/** Tokens that prompts reserve for the answer: those of the longest of some answers, or a fixed number. */
export type AnswerTokenReserve = { readonly likelihood: readonly string[] } | { readonly writes: number };

export interface PromptedBase {
  /** Bytes of its weights in the engine's memory. */
  readonly bytes: number;
  /** True if prompts are conversation turns in the base's own chat template. */
  readonly chats: boolean;
  read(
    rows: readonly RowPrompt[],
    by: AnswerTokenReserve,
    options: {
      readonly batchSize: number;
      readonly signal?: AbortSignal | undefined;
      readonly onProgress?: (label: string, done: number, total: number) => void;
    },
  ): Promise<TokenizedPrompts>;
}
