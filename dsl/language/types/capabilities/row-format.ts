/** What the compiler needs from a task's row format. The formats themselves are in stdlib/row-formats. */
import type { SplitFacts } from "../facts.js";

export interface RowFormatCapabilities {
  /** The model generates text: its only outputs are tokens. */
  readonly generatesText: boolean;
  /** Every token of a row is predicted from those before it. Rows may be packed. */
  readonly predictsNextToken: boolean;
  /** Counts the rows and tokens of an epoch over some rows of a split. `max`: maximum tokens per row. */
  countEpoch(part: SplitRows, max: number, packing: boolean): EpochRows;
}

/** A number of rows of a split, assumed to be like the complete split. */
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
  /** Share of the tokens that belong to a second text, a decoder's target. Unset if rows have one text. */
  readonly written?: number;
}
