import assert from "node:assert/strict";
import { labelAgreement, type LabelLogits } from "#kernel/deployments/label-agreement.js";

const said = (labels: readonly string[], ...rows: readonly (readonly number[])[]): LabelLogits => ({
  outputs: rows.map((row) => Float32Array.from(row)),
  labels,
});

describe("label agreement of two models", () => {
  it("compares labels by name, row by row", () => {
    const own = said(["no", "yes"], [1, 2], [3, 1], [0, 5]);
    assert.deepEqual(labelAgreement(own, said(["no", "yes"], [0, 1], [0, 1], [9, 10]), false), { of: 3, agree: 2 });
    assert.deepEqual(labelAgreement(own, said(["yes", "no"], [2, 1], [1, 3], [5, 0]), false), { of: 3, agree: 3 });
  });
  it("compares word by word for token labels", () => {
    const own = said(["O", "B"], [1, 2, 3, 1], [1, 0]);
    assert.deepEqual(labelAgreement(own, said(["O", "B"], [1, 2, 1, 3], [1, 0]), false), { of: 3, agree: 2 });
  });
  it("compares sets if a row has several labels", () => {
    const own = said(["a", "b"], [1, -1], [-1, -2], [3, 2]);
    assert.deepEqual(labelAgreement(own, said(["a", "b"], [2, -3], [-2, 1], [1, 9]), true), { of: 3, agree: 2 });
  });
});
