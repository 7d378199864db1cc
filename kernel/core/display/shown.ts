/** One bundle per thing shown, made from data. Every bundle holds `text/plain`; HTML is escaped where it is made. */
export interface Shown {
  readonly bundle: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** display_id: a later `update` with the same id replaces it. */
  readonly id?: string;
}
/** Objects that carry this show themselves: `[Symbol.for("Jupyter.display")](): Shown | Record<string, unknown>` (a bundle). */
export const displaySymbol = Symbol.for("Jupyter.display");
