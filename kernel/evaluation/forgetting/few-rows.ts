/** Samples rows of a split as if it had no others; the same data always give the same rows. */
import type { ColumnTable } from "arquero";
import { seededRandom, shuffle } from "#stdlib/statistics/chance.js";
import type { PreparedData } from "../../data/prepared.js";

/** Null if the split is streamed or missing. `rows`: the rows that remain. */
export function sampleRows(
  prepared: PreparedData,
  split: string,
  most: number,
): { readonly prepared: PreparedData; readonly rows: number } | null {
  const table = prepared.splits[split];
  if (!table) return null;
  const all = table.numRows();
  const few = all <= most ? table : drawnOf(table, most);
  const { facts } = prepared;
  const splitFacts = facts.splits[split];
  const splits = splitFacts ? { [split]: { ...splitFacts, rows: few.numRows() } } : {};
  return { prepared: { ...prepared, splits: { [split]: few }, facts: { ...facts, splits } }, rows: few.numRows() };
}

function drawnOf(table: ColumnTable, most: number): ColumnTable {
  const all = Uint32Array.from({ length: table.numRows() }, (_, i) => i);
  const which = shuffle(all, seededRandom(0, 44)).slice(0, most).sort();
  return table.reify([...which]) as ColumnTable;
}
