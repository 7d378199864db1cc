/** Means of client updates, summed in f64. */
import type { ClientUpdate } from "../kind.js";

/**
 * Returns Σ rows · delta / Σ rows, which weights every row of every client equally. Returns zeros if there are no rows.
 */
export function meanWeightedByRows(
  updates: readonly (Pick<ClientUpdate, "rows"> & { readonly delta: ArrayLike<number> })[],
): Float64Array {
  const rows = updates.reduce((sum, update) => sum + update.rows, 0);
  const mean = new Float64Array(updates[0]?.delta.length ?? 0);
  for (const { rows: rowCount, delta } of updates) {
    if (rowCount === 0) continue;
    const share = rowCount / rows;
    for (let index = 0; index < mean.length; index++) mean[index]! += delta[index]! * share;
  }
  return mean;
}
