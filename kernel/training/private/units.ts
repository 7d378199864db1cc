/** Whose privacy it is, among rows as they are fed: a row of the data, from which several may have been made. */
import { Windows } from "../../data/sequences/windows.js";
import type { Encoded } from "../../data/encoding/encoded.js";

export interface Units {
  readonly count: number;
  /** Rows that are fed of a unit; there may be none (a text without a token that follows another). */
  rows(unit: number): Uint32Array;
  /** Whether some have more than one. */
  readonly several: boolean;
}

export function unitsOf({ ids, lengths, count, asked }: Pick<Encoded, "ids" | "lengths" | "count" | "asked">): Units {
  const { window } = asked;
  const of = ids instanceof Windows ? ids.texts : window && lengths.map((_, row) => window(row).of);
  if (!of) return { count: lengths.length, rows: (unit) => Uint32Array.of(unit), several: false };
  const rows: number[][] = Array.from({ length: count }, () => []);
  of.forEach((unit, row) => rows[unit]?.push(row));
  return { count, rows: (unit) => Uint32Array.from(rows[unit] ?? []), several: rows.some((own) => own.length > 1) };
}
