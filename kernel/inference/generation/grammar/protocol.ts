/**
 * What a grammar's thread is told and says. What may come next is written into shared memory, so that whoever chooses can wait
 * for it; the thread works it out while the model reads the token before.
 */

export interface GrammarWorkerInput {
  /** Every token as GPT-2's vocabulary would write it, empty where it is no text; the one after the last ends a text. */
  readonly vocabulary: readonly string[];
  readonly rules: string;
}
/** The thread's first word: it is ready, or why the grammar can't be used; `refused`: it never can. */
export type GrammarReadiness = { readonly ready: true } | { readonly why: string; readonly refused: boolean };
/** What a thread says until then: its library is loaded, and the grammar is compiled from now on. */
export type GrammarStartupReport = { readonly compiles: true } | GrammarReadiness;

export type GrammarCommand =
  | { readonly is: "begin"; readonly text: number; readonly cells: SharedArrayBuffer }
  | { readonly is: "accept"; readonly text: number; readonly token: number }
  | { readonly is: "end"; readonly text: number };

/** Cells of i32: tokens accepted so far and 1 (0: nothing is known yet), or −1: it failed; then a bit for each token. */
export const STATE_CELL = 0;
export const MASK_CELL = 1;
export const FAILED_STATE = -1;

/** Cells for so many tokens, the one that ends a text counted. */
export function grammarCellCount(tokens: number): number {
  return MASK_CELL + Math.ceil(tokens / 32);
}
