/** What reads data, cleans its rows and splits them. */
import type { ColumnTable } from "arquero";
import type { Call } from "#dsl/language/types/value.js";

/** What a source may use to reach the world. */
export interface SourceContext {
  /** Folder that relative paths start from. */
  readonly folder: string;
  /** The value behind `$x`. */
  live(name: string): unknown;
  /** Columns that anybody asks for, where that is known: a source may leave the others out. */
  readonly columns?: readonly string[] | undefined;
  /** Of the data: what chance a source draws from; absent: 0. */
  readonly seed?: number;
  /** What reads another source, for one that is made of several. */
  source?(word: string): Promise<SourceImplementation>;
  /** Told how a file is read where nobody wrote it and it isn't the usual way (`read as utf-16le`). `file`: as errors call it. */
  readonly found?: (file: string, what: string) => void;
  /** Rows of a query over files and databases; absent: nothing here runs one. */
  query?(query: ParsedQuery): AsyncIterable<RowChunk>;
  /** Most bytes of a JSON file, which is read as one value; absent: as many as a machine holds. */
  readonly mostJson?: number;
  /** Told by sources of files how many bytes of one are read, packed ones as they lie there, of how many. */
  readonly onBytes?: (read: number, total: number) => void;
}
export interface ParsedQuery {
  readonly sql: string;
  /** Texts in it that name tables, files among them. */
  readonly tables: readonly { readonly text: string; readonly from: number; readonly to: number }[];
  readonly database: string | null;
  /** No more rows than these are asked for. */
  readonly limit: number;
}
export interface SourceImplementation {
  /** Reads it all. `limit`: stop after that many rows (header checks). Rows keep their number in the source in column `$row` (from 1). Coded errors. */
  open(call: Call, world: SourceContext, limit?: number): Promise<ColumnTable>;
  /** Reads it in parts, so that memory does not follow its size; the rows are those of `open`. Coded errors. */
  stream?(call: Call, world: SourceContext): AsyncIterable<RowChunk>;
  /**
   * What to write where the names of its columns look like a row or a title, or it has none; undefined: they look like names.
   * @param columns name → values of the first rows
   */
  headless?(call: Call, columns: ReadonlyMap<string, ArrayLike<unknown>>): string | undefined;
}
/** Rows that stand next to each other in a source. */
export interface RowChunk {
  /** Each as long as `rows`; a chunk has the columns that its rows brought. */
  readonly columns: ReadonlyMap<string, readonly unknown[]>;
  readonly rows: number;
}
/** Rows as the cleaners see them: role → value. */
export interface CleanRow {
  readonly row: number;
  readonly values: Readonly<Record<string, unknown>>;
}
/** The row, changed or not (then its values are the object that came), or why it is dropped, in a few words. */
export type CleanedRow =
  /** `noted`: what is counted of a row that stays. */
  { readonly values: CleanRow["values"]; readonly noted?: string | readonly string[] } | { readonly dropped: string };
export interface CleanerImplementation {
  /** It takes out what nobody may see: no text is shown as it was before it. */
  readonly hides?: true;
  /** Texts that the call leaves as they are on purpose: nothing warns of them either. */
  excepts?(call: Call): readonly string[];
  /**
   * Of what works on the rows that train, all at once, when they have their split: how often each is kept, by their labels.
   */
  copies?(call: Call, labels: readonly string[], seed: number): Int32Array;
  /** Made afresh for each data set; may keep state (drop_duplicates). */
  start(
    call: Call,
    options?: {
      /** Rows come from a source of any size, so state must stay small. */
      readonly streamed: boolean;
      /** The data's. */
      readonly seed: number;
      /** The data's: role → column. */
      readonly columns?: Readonly<Record<string, string>>;
    },
  ): (row: CleanRow) => CleanedRow;
}
/** A first look at rows, one after the other, before any of them has its split. */
export interface SplitPreview {
  look(row: CleanRow): void;
  assign(picks: (row: number) => boolean): readonly (string | null)[];
}
export interface SplitImplementation {
  /**
   * Gives each row the name of its split, or null to leave it out. `values` holds here, by column name, the columns that the
   * call names (cleaned where they have a role), and `$group`, the value of the role `group`.
   */
  assign(call: Call, rows: readonly CleanRow[], seed: number): readonly (string | null)[];
  /**
   * The same one row after the other, for data that are streamed; absent: the split needs all rows at once. Where shares are
   * drawn row by row they are met on average. Coded errors.
   */
  stream?(call: Call, seed: number): (row: CleanRow) => string | null;
  /**
   * Of streamed rows that go by twice, what is kept of each the first time must be small: `assign` then gives the splits of those
   * that are picked, in their order. Absent, or undefined for this call: rows are divided as they come (`stream`), or not at all.
   */
  foresee?(call: Call, seed: number): SplitPreview | undefined;
  /** Splits that are there even when no row falls into them. */
  names?(call: Call): readonly string[];
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    source: SourceImplementation;
    cleaner: CleanerImplementation;
    split: SplitImplementation;
  }
}
