/** A row of data, and its source table. */
import type { CleanRow } from "#stdlib/data/contract.js";

/** A row with its origin. */
export interface DataRow extends CleanRow {
  /** The split that its source belongs to; null if all splits share one source. */
  readonly split: string | null;
  /** Source table and row index in it, for columns without a role. */
  readonly table: SourceTable;
  readonly index: number;
}
export type SourceTable = ReadonlyMap<string, ArrayLike<unknown>>;

export interface ColumnRequest {
  readonly column: string;
  /** The split, if each split has its own source. */
  readonly source: string | null;
  /** Numbers of rows in their source, from 1. */
  readonly rows: ArrayLike<number>;
}
