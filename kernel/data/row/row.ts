/** A row of data, and the table that it stands in. */
import type { CleanRow } from "#stdlib/data/contract.js";

/** A row with where it came from. */
export interface DataRow extends CleanRow {
  /** The split that its source stands for, or null when there is one source for all. */
  readonly split: string | null;
  /** Its table and its index there, for columns that have no role. */
  readonly table: SourceTable;
  readonly index: number;
}
export type SourceTable = ReadonlyMap<string, ArrayLike<unknown>>;

/** Values of one column of the source, of some rows. */
export interface ColumnRequest {
  readonly column: string;
  /** Where each split has a source of its own: the split. */
  readonly source: string | null;
  /** Numbers of rows in their source, from 1. */
  readonly rows: ArrayLike<number>;
}
