/**
 * One MIME bundle per output, made from data. Every bundle contains `text/plain`; HTML is escaped where it is made.
 */
export interface DisplayOutput {
  readonly bundle: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** display_id: a later `update` with the same id replaces the output. */
  readonly id?: string;
  /** Updates change the picture but not the text: text-only front ends print it once, at the start. */
  readonly fixedText?: true;
  /** Text of an update with `fixedText`, for text-only front ends. */
  readonly textOfUpdate?: string;
}
/**
 * Objects with this member display themselves: `[Symbol.for("Jupyter.display")](): Shown | Record<string, unknown>` (a
 * bundle).
 */
export const displaySymbol = Symbol.for("Jupyter.display");
