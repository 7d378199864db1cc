/**
 * Protocol of a grammar's thread. The token mask is written into shared memory, so that the chooser can wait for it.
 * The thread computes it while the model processes the token before.
 */

export interface GrammarWorkerInput {
  /**
   * Every token in the notation of GPT-2's vocabulary, empty if it is no text. The token after the last ends a text.
   */
  readonly vocabulary: readonly string[];
  readonly rules: string;
}
/** First message of the thread: ready, or why the grammar cannot be used. `refused`: it never can. */
export type GrammarReadiness = { readonly ready: true } | { readonly why: string; readonly refused: boolean };
/** Messages until then: `compiles` reports that the library is loaded and compilation starts. */
export type GrammarStartupReport = { readonly compiles: true } | GrammarReadiness;

export type GrammarCommand =
  | { readonly is: "begin"; readonly text: number; readonly cells: SharedArrayBuffer }
  | { readonly is: "accept"; readonly text: number; readonly token: number }
  | { readonly is: "end"; readonly text: number };

/** i32 cells: accepted tokens + 1 (0: no mask yet), or −1 after a failure; then one bit per token. */
export const STATE_CELL_INDEX = 0;
export const FIRST_MASK_CELL = 1;
export const FAILED_STATE = -1;

/** Returns the number of cells for so many tokens, including the end token. */
export function grammarCellCount(tokens: number): number {
  return FIRST_MASK_CELL + Math.ceil(tokens / 32);
}
