import assert from "node:assert/strict";
import { rowsNeverPredicted } from "#kernel/data/judging/by-training.js";

describe("rows that a training speaks against", () => {
  it("are those whose label never led, the least led first", () => {
    const margins = Float32Array.of(2, -1, 3, 1, -2, 1);
    assert.deepEqual(rowsNeverPredicted(margins, Int32Array.of(0, 0, 0, 1, 1, 1), 2), [4, 1]);
  });
  it("are none of a label of which less than half was learnt, or that it did not see", () => {
    const margins = Float32Array.of(2, -1, 3, -1, -2, -3, 1, Number.NaN, -1);
    assert.deepEqual(rowsNeverPredicted(margins, Int32Array.of(0, 0, 0, 1, 1, 1, 1, 2, 3), 4), [1]);
  });
});
