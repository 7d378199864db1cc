import assert from "node:assert/strict";
import { labelAgreement, type LabelOutputs } from "#kernel/deployments/labels-agree.js";

const said = (labels: readonly string[], ...rows: readonly (readonly number[])[]): LabelOutputs => ({
  outputs: rows.map((row) => Float32Array.from(row)),
  labels,
});

describe("labels that two models give to the same rows", () => {
  it("agree by their names, row by row", () => {
    const own = said(["no", "yes"], [1, 2], [3, 1], [0, 5]);
    assert.deepEqual(labelAgreement(own, said(["no", "yes"], [0, 1], [0, 1], [9, 10]), false), { of: 3, agree: 2 });
    assert.deepEqual(labelAgreement(own, said(["yes", "no"], [2, 1], [1, 3], [5, 0]), false), { of: 3, agree: 3 });
  });
  it("agree word by word where words are told apart", () => {
    const own = said(["O", "B"], [1, 2, 3, 1], [1, 0]);
    assert.deepEqual(labelAgreement(own, said(["O", "B"], [1, 2, 1, 3], [1, 0]), false), { of: 3, agree: 2 });
  });
  it("agree as sets where a row has several", () => {
    const own = said(["a", "b"], [1, -1], [-1, -2], [3, 2]);
    assert.deepEqual(labelAgreement(own, said(["a", "b"], [2, -3], [-2, 1], [1, 9]), true), { of: 3, agree: 2 });
  });
});
