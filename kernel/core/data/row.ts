/** A row of data, and the table that it stands in. */
import type { CleanRow } from "#stdlib/kinds/data.js";

/** A row with where it came from. */
export interface Row extends CleanRow {
  /** The split that its source stands for, or null when there is one source for all. */
  readonly split: string | null;
  /** Its table and its index there, for columns that have no role. */
  readonly table: Columns;
  readonly index: number;
}
export type Columns = ReadonlyMap<string, ArrayLike<unknown>>;
