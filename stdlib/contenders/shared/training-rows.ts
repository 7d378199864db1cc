/** Rows of the split `train` that a baseline is fitted on, and their values. */
import type { BaselineRows } from "../kind.js";

export type RoleValuesLookup = (role: string) => readonly unknown[] | null;

/** Samples at most `most` rows, every n-th if there are more; `description` states how many. */
export function sampleRows(
  { count: all }: BaselineRows,
  most: number,
): { readonly rows: ArrayLike<number>; readonly description: string } {
  const step = Math.max(1, Math.ceil(all / most));
  const rows = Uint32Array.from({ length: Math.ceil(all / step) }, (_, i) => i * step);
  return {
    rows,
    description: `, trained on ${rows.length.toLocaleString("en-US")} rows${step > 1 ? ` of ${all.toLocaleString("en-US")}` : ""}`,
  };
}

export function roleValuesLookupForRows(rows: BaselineRows, which: ArrayLike<number>): RoleValuesLookup {
  return (role) => {
    const column = rows.values(role);
    return column ? Array.from(which, (row) => column.at(row)) : null;
  };
}
