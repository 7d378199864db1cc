import assert from "node:assert/strict";
import { rowsWithLabelNeverPredicted } from "#kernel/data/judging/label-margins.js";

describe("rows contradicted by the training", () => {
  it("are those whose label was never predicted, the lowest margin first", () => {
    const margins = Float32Array.of(2, -1, 3, 1, -2, 1);
    assert.deepEqual(rowsWithLabelNeverPredicted(margins, Int32Array.of(0, 0, 0, 1, 1, 1), 2), [4, 1]);
  });
  it("exclude labels that were less than half learned, or not seen", () => {
    const margins = Float32Array.of(2, -1, 3, -1, -2, -3, 1, Number.NaN, -1);
    assert.deepEqual(rowsWithLabelNeverPredicted(margins, Int32Array.of(0, 0, 0, 1, 1, 1, 1, 2, 3), 4), [1]);
  });
});
