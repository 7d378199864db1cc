/** Interfaces of sources, cleaners and splits. */
import type { ColumnTable } from "arquero";
import type { Call } from "#dsl/language/types/value.js";

export interface SourceContext {
  /** Folder that relative paths start from. */
  readonly folder: string;
  /** Returns the value of `$name`. */
  live(name: string): unknown;
  /** Columns that are needed, if known; a source may leave out the others. */
  readonly columns?: readonly string[] | undefined;
  /** Seed of the data, for random choices of a source. Defaults to 0. */
  readonly seed?: number;
  /** Loads the implementation of another source, for a source that combines several. */
  source?(word: string): Promise<SourceImplementation>;
  /**
   * Called when a file is read in a detected, unusual way (`read as utf-16le`). `file`: its name in error messages.
   */
  readonly found?: (file: string, what: string) => void;
  /** Returns the rows of a query over files and databases. If undefined, queries are not supported. */
  query?(query: SqlQueryToRun): AsyncIterable<RowChunk>;
  /** Maximum bytes of a JSON file, which is read as one value. Unlimited if undefined. */
  readonly mostJson?: number;
  /** Reports the progress of reading a file: bytes read and total bytes, counted as stored (compressed). */
  readonly onBytes?: (read: number, total: number) => void;
}
export interface SqlQueryToRun {
  readonly sql: string;
  /** Spans of the SQL that name tables, including files. */
  readonly tables: readonly { readonly text: string; readonly from: number; readonly to: number }[];
  readonly database: string | null;
  readonly limit: number;
}
export interface SourceImplementation {
  /**
   * Reads all rows. `limit`: stop after that many rows (header checks). The column `$row` has each row's number in the
   * source, from 1. Throws coded errors.
   */
  open(call: Call, world: SourceContext, limit?: number): Promise<ColumnTable>;
  /** Reads the same rows as `open` in chunks, with bounded memory. Throws coded errors. */
  stream?(call: Call, world: SourceContext): AsyncIterable<RowChunk>;
  /**
   * Returns advice if the column names look like a row or a title, or if there are none; undefined if they look like
   * names.
   * @param columns name → values of the first rows
   */
  headless?(call: Call, columns: ReadonlyMap<string, ArrayLike<unknown>>): string | undefined;
}
/** Consecutive rows of a source. */
export interface RowChunk {
  /** Columns, each of length `rows`; a chunk has the columns of its own rows only. */
  readonly columns: ReadonlyMap<string, readonly unknown[]>;
  readonly rows: number;
}
/** A row as cleaners receive it: role → value. */
export interface RowToClean {
  readonly row: number;
  readonly values: Readonly<Record<string, unknown>>;
}
/** The cleaned row, or a short reason for dropping it. If nothing changed, `values` is the same object. */
export type RowCleaningResult =
  /** `noted`: notes to count for a retained row. */
  { readonly values: RowToClean["values"]; readonly noted?: string | readonly string[] } | { readonly dropped: string };
export interface CleanerImplementation {
  /** The cleaner removes secrets: texts before it must not be shown. */
  readonly hides?: true;
  /** Returns texts that the call leaves unchanged on purpose; no check warns of them either. */
  excepts?(call: Call): readonly string[];
  /**
   * For cleaners of all training rows together, after the split: returns the number of copies of each row, from the
   * labels.
   */
  copies?(call: Call, labels: readonly string[], seed: number): Int32Array;
  /** Creates a new cleaner function per data set; it may have state (drop_duplicates). */
  start(
    call: Call,
    options?: {
      /** True if the source may have any number of rows, so that state must stay small. */
      readonly streamed: boolean;
      readonly seed: number;
      /** Columns of the data: role → column. */
      readonly columns?: Readonly<Record<string, string>>;
    },
  ): (row: RowToClean) => RowCleaningResult;
}
/** A first pass over the rows, before any of them is assigned to a split. */
export interface SplitFirstPass {
  look(row: RowToClean): void;
  assign(picks: (row: number) => boolean): readonly (string | null)[];
}
export interface SplitImplementation {
  /**
   * Returns the split name of each row, or null to leave it out. `values` contains the columns that the call names, by
   * column name (cleaned if they have a role), and `$group`, the value of the role `group`.
   */
  assign(call: Call, rows: readonly RowToClean[], seed: number): readonly (string | null)[];
  /**
   * Assigns streamed rows one by one. Not defined if the split needs all rows at once. Shares drawn row by row are met
   * on average. Throws coded errors.
   */
  stream?(call: Call, seed: number): (row: RowToClean) => string | null;
  /**
   * Supports two passes over streamed rows; the state per row from the first pass must be small. `assign` then returns
   * the splits of the picked rows, in their order. If undefined, rows are assigned one by one (`stream`), or streaming
   * is not supported.
   */
  foresee?(call: Call, seed: number): SplitFirstPass | undefined;
  /** Returns the names of splits that exist even without rows. */
  names?(call: Call): readonly string[];
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    source: SourceImplementation;
    cleaner: CleanerImplementation;
    split: SplitImplementation;
  }
}
