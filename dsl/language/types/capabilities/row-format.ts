/** What the compiler asks of the row format of a task. The formats themselves are in stdlib/row-formats. */
import type { SplitFacts } from "../facts.js";

export interface RowFormatCapabilities {
  /** The model writes text: it has no answers besides tokens. */
  readonly generatesText: boolean;
  /** Every token of a row is predicted from those before it. Rows may be packed. */
  readonly predictsNextToken: boolean;
  /** Rows and tokens of an epoch over some rows of a split. `max`: most tokens of a row. */
  countEpoch(part: SplitRows, max: number, packing: boolean): EpochRows;
}

/** So many rows of a split, taken to be like all of it. */
export interface SplitRows {
  readonly split: SplitFacts | undefined;
  readonly rows: number;
}

export interface EpochRows {
  /** Rows of one epoch as batches count them: texts, windows, or packed rows. */
  readonly rows: number;
  /** Tokens of one epoch, without padding. */
  readonly tokens: number;
  /** Tokens of the longest row. */
  readonly longest: number;
  /** Share of the tokens that are those of a second text: a decoder's target. Absent: rows have one text. */
  readonly written?: number;
}
