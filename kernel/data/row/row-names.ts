/**
 * What messages call the rows of a split. Where each split has a source of its own, a row's number alone doesn't say of which
 * file it is, so its split stands beside it: `3 (test)`.
 */
import type { RowName } from "#dsl/language/types/row-name.js";
import type { DataRow } from "./row.js";

/** Of splits (tables, and those that are streamed) that have a source of their own: its name. */
const sources = new WeakMap<object, string>();

export function rowNameOf({ row, split }: Pick<DataRow, "row" | "split">): RowName {
  return split === null ? row : `${String(row)} (${split})`;
}

/** By its number; of equal ones by the split that stands beside it. */
export function compareRowNames(a: RowName, b: RowName): number {
  const [one, other] = [a, b].map((name) => Number.parseInt(String(name), 10)) as [number, number];
  return one - other || (String(a) < String(b) ? -1 : Number(String(a) > String(b)));
}

/** `source`: the split that its source stands for; null: there is one source for all. */
export function setRowSource(split: object, source: string | null): void {
  if (source !== null) sources.set(split, source);
}

/** Null: there is one source for all. */
export function sourceNameOf(split: object): string | null {
  return sources.get(split) ?? null;
}

/** `numbers`: of its rows, in their source. */
export function rowNamesOf(split: object, numbers: ArrayLike<number>): ArrayLike<RowName> {
  const source = sources.get(split) ?? null;
  return source === null ? numbers : Array.from(numbers, (row) => rowNameOf({ row, split: source }));
}
