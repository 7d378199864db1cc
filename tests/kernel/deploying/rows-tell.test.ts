import assert from "node:assert/strict";
import type { ScoredBeside } from "#kernel/deploying/proof.js";
import { rowsTell } from "#kernel/deploying/rows-tell.js";

const scored = (agree: number, [low, high]: readonly [number, number], rows = 200): ScoredBeside => ({
  ...{ rows, dataHash: "", on: "tickets.test", labels: { of: rows, agree } },
  metrics: { accuracy: { notebook: 0.9, deployed: 0.9 + (low + high) / 2, low, high } },
});
const [rounded, equal] = [{ tolerance: null }, { tolerance: 1e-4 }];

describe("rows scored beside the notebook", () => {
  it("speak against a model whose labels are others and whose score falls with them", () => {
    assert.match(rowsTell(scored(100, [-0.4, -0.2]), rounded)!, /^100 of 200 labels .* accuracy is 0\.600 .* 0\.900$/);
    assert.match(rowsTell(scored(190, [-0.06, -0.01]), equal)!, /accuracy/);
  });
  it("say nothing where rounding turned some, where the score stands, and where rows are few", () => {
    assert.equal(rowsTell(scored(190, [-0.06, -0.01]), rounded), null);
    assert.equal(rowsTell(scored(100, [-0.02, 0.03]), rounded), null);
    assert.equal(rowsTell(scored(2, [-0.9, -0.7], 20), rounded), null);
  });
});
