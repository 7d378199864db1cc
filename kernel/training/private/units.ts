/**
 * Maps training rows to privacy units: a unit is a row of the data, from which several training rows may have been
 * made.
 */
import { TokenWindows } from "../../data/sequences/windows.js";
import type { EncodedRows } from "../../data/encoding/encoded.js";

export interface PrivacyUnits {
  readonly count: number;
  /** Returns the training rows of a unit; there may be none (a text in which no token follows another). */
  rows(unit: number): Uint32Array;
  /** Whether some units have more than one row. */
  readonly several: boolean;
}

export function privacyUnitsOf({
  ids,
  lengths,
  count,
  taskInputs: request,
}: Pick<EncodedRows, "ids" | "lengths" | "count" | "taskInputs">): PrivacyUnits {
  const { window } = request;
  const textOfRow =
    ids instanceof TokenWindows ? ids.texts : window && lengths.map((_, row) => window(row).questionIndex);
  if (!textOfRow) return { count: lengths.length, rows: (unit) => Uint32Array.of(unit), several: false };
  const rows: number[][] = Array.from({ length: count }, () => []);
  textOfRow.forEach((unit, row) => rows[unit]?.push(row));
  return {
    count,
    rows: (unit) => Uint32Array.from(rows[unit] ?? []),
    several: rows.some((unitRows) => unitRows.length > 1),
  };
}
