/** Selecting rows: all information about a row is selected with it. */
import assert from "node:assert/strict";
import type { TrainingTargets } from "#stdlib/tasks/kind.js";
import type { EncodedRows } from "#kernel/data/encoding/rows.js";
import { selectRows } from "#kernel/features/update/select-rows.js";

const count = 6;
const which = Uint32Array.of(1, 4, 5);
const ids = { length: count, at: (row: number) => Int32Array.of(row, 10 + row) };
const rows = {
  ids,
  lengths: Int32Array.from({ length: count }, (_, row) => 20 + row),
  written: Int32Array.from({ length: count }, (_, row) => 30 + row),
  weights: Float32Array.from({ length: count }, (_, row) => 40 + row),
} as unknown as EncodedRows;

describe("row selection", () => {
  it("selects the tokens, training masks, lengths and weights of the rows", () => {
    const trained = {
      maskAt: (row: number) => Uint8Array.of(0, row),
      counts: Int32Array.from({ length: count }, (_, row) => 50 + row),
    };
    const some = selectRows({ ...rows, trained, taught: null }, which);
    assert.deepEqual([...(some.ids.at(1) ?? [])], [4, 14]);
    assert.deepEqual([...some.trained!.maskAt(2)], [0, 5]);
    assert.deepEqual([...some.trained!.counts], [51, 54, 55]);
    assert.deepEqual([...some.lengths], [21, 24, 25]);
    assert.deepEqual([...some.written!], [31, 34, 35]);
    assert.deepEqual([...some.weights!], [41, 44, 45]);
  });
  it("selects the texts of the rows if texts are encoded separately", () => {
    const asked: number[][] = [];
    const taught: TrainingTargets = {
      counts: ({ rows: batch }) => batch.length,
      texts: (batch) => Uint32Array.from([...Array.from(batch), ...Array.from(batch, (row) => count + row)]),
      feeds: ({ rows: batch }) => {
        asked.push(Array.from(batch));
        return {};
      },
    };
    const some = selectRows({ ...rows, ids: { ...ids, length: 2 * count }, taught }, which);
    assert.deepEqual([...some.taught!.texts!([0, 2])], [1, 5, 7, 11]);
    assert.deepEqual([...(some.ids.at(11) ?? [])], [11, 21]);
    some.taught!.feeds({ rows: [1, 2], width: 2, seed: 1, epoch: 0 }, Int32Array.of());
    assert.deepEqual(asked, [[4, 5]]);
  });
});
