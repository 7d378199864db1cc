/** A row of data, and its source table. */
import type { RowToClean } from "#stdlib/data/contract.js";
import type { RowIdentifier } from "#dsl/language/types/row-name.js";

/** A row with its origin. */
export interface DataRow extends RowToClean {
  /** The split that its source belongs to; null if all splits share one source. */
  readonly split: string | null;
  /** Source table and row index in it, for columns without a role. */
  readonly table: ColumnsByName;
  readonly index: number;
}
export type ColumnsByName = ReadonlyMap<string, ArrayLike<unknown>>;

export interface ColumnRequest {
  readonly column: string;
  /** The split, if each split has its own source. */
  readonly source: string | null;
  /** Numbers of rows in their source, from 1. */
  readonly rows: ArrayLike<number>;
}

// Row names for messages. If each split has its own source, a row's number alone doesn't identify the file, so the
// split is added: `3 (test)`.

/** Source names of splits (tables or streamed) that have their own source. */
const sources = new WeakMap<object, string>();

export function rowNameOf({ row, split }: Pick<DataRow, "row" | "split">): RowIdentifier {
  return split === null ? row : `${String(row)} (${split})`;
}

/** Compares by number, then by split. */
export function compareRowNames(a: RowIdentifier, b: RowIdentifier): number {
  const [one, other] = [a, b].map((name) => Number.parseInt(String(name), 10)) as [number, number];
  return one - other || (String(a) < String(b) ? -1 : Number(String(a) > String(b)));
}

/** `source`: the split that the source belongs to; null: all splits share one source. */
export function setSplitSource(split: object, source: string | null): void {
  if (source !== null) sources.set(split, source);
}

/** Returns null if all splits share one source. */
export function sourceNameOfSplit(split: object): string | null {
  return sources.get(split) ?? null;
}

/** `numbers`: the rows' numbers in their source. */
export function rowNamesOf(split: object, numbers: ArrayLike<number>): ArrayLike<RowIdentifier> {
  const source = sources.get(split) ?? null;
  return source === null ? numbers : Array.from(numbers, (row) => rowNameOf({ row, split: source }));
}
