/** Personal data in the texts of a data set: where, never what. */
import type { RowName } from "./row-name.js";

export interface PersonalFacts {
  readonly column: string;
  /** `email`, `name`, … */
  readonly entity: string;
  /** Rows that have it. */
  readonly rows: number;
  /** Of them: rows in which a checksum holds or that have the shape of a key. */
  readonly sure: number;
  /** Rows that were looked through for it, where that were not all: of very many, words tell it in some. */
  readonly looked?: number;
  /** A few of the rows. */
  readonly examples: readonly RowName[];
}
