/** Personal data in the texts of a data set: positions, never content. */
import type { RowIdentifier } from "./row-name.js";

export interface PersonalFacts {
  readonly column: string;
  /** `email`, `name`, … */
  readonly entity: string;
  readonly rows: number;
  /** Rows among them with a valid checksum or the form of a key. */
  readonly sure: number;
  /** Rows searched for it, if not all: in large data, names are detected in a sample. */
  readonly looked?: number;
  readonly examples: readonly RowIdentifier[];
}
