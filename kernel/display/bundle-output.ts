/** One bundle per thing shown, made from data. Every bundle holds `text/plain`; HTML is escaped where it is made. */
export interface DisplayOutput {
  readonly bundle: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** display_id: a later `update` with the same id replaces it. */
  readonly id?: string;
  /** Updates change its picture, not its text: where texts alone are shown it is printed at once, and once. */
  readonly fixedText?: true;
  /** Of an update with a fixed text: what is printed where texts alone are shown. */
  readonly textOfUpdate?: string;
}
/** Objects that carry this show themselves: `[Symbol.for("Jupyter.display")](): Shown | Record<string, unknown>` (a bundle). */
export const displaySymbol = Symbol.for("Jupyter.display");
