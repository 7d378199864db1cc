/** A selection of rows, in their order, as if there were no others. */
import type { ModelInputRows } from "../../data/rows/loader.js";
import type { EncodedRows } from "../../data/encoding/rows.js";

/** Model inputs and task inputs of rows. */
export type SelectableRows = ModelInputRows & Pick<EncodedRows, "taskInputs">;

export function selectRows(rows: SelectableRows, which: Uint32Array): SelectableRows {
  const { taught, trained, written, weights } = rows;
  const numbers = (values: Int32Array): Int32Array => Int32Array.from(which, (row) => values[row] ?? 0);
  const named = (batch: ArrayLike<number>): number[] => Array.from(batch, (row) => which[row] ?? 0);
  // In pair encoding, the texts of a selected row must be looked up.
  const selectedIds = (of: EncodedRows["ids"]): EncodedRows["ids"] =>
    taught?.texts ? of : { length: which.length, at: (row) => of.at(which[row] ?? -1) };
  return {
    taskInputs: rows.taskInputs,
    ids: selectedIds(rows.ids),
    lengths: numbers(rows.lengths),
    ...(rows.types && { types: selectedIds(rows.types) }),
    ...(trained && { trained: { maskAt: (row) => trained.maskAt(which[row] ?? -1), counts: numbers(trained.counts) } }),
    ...(written && { written: numbers(written) }),
    ...(weights && { weights: Float32Array.from(which, (row) => weights[row] ?? 0) }),
    taught: taught && {
      ...taught,
      ...(taught.oneRight && { oneRight: numbers(taught.oneRight) }),
      counts: (batch) => taught.counts({ ...batch, rows: named(batch.rows) }),
      feeds: (batch, ids) => taught.feeds({ ...batch, rows: named(batch.rows) }, ids),
      ...(taught.texts && { texts: (batch) => taught.texts?.(named(batch)) ?? new Uint32Array(0) }),
      ...(taught.places && { places: (row, options) => taught.places?.(which[row] ?? 0, options) ?? 0 }),
    },
  };
}
