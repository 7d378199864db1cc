import assert from "node:assert/strict";
import type { StoppingImplementation } from "#stdlib/optimizers/kind.js";
import { registry } from "#stdlib/registry.js";

/** `scores`: greater is better. */
const stop = async (scores: readonly number[], given: Record<string, number> = {}) => {
  const patience = (await registry.find("stopping", "patience")!.load!()) as StoppingImplementation;
  return patience.stop(
    { word: "patience", kind: "stopping", arguments: { validations: 2, metric: "loss", by: 0, ...given } },
    scores,
  );
};

describe("early stopping by patience", () => {
  it("waits for the allowed number of validations without improvement", async () => {
    assert.equal(await stop([0.5, 0.9, 0.8]), false);
    assert.equal(await stop([0.5, 0.9, 0.8, 0.85]), true);
    assert.equal(await stop([0.5, 0.9, 0.8, 0.95]), false);
  });
  it("expects rising scores, including negated losses", async () => {
    assert.equal(await stop([0.5, 0.6, 0.7]), false);
    assert.equal(await stop([-0.5, -0.6, -0.7]), true);
  });
  it("counts only improvements greater than `by`", async () => {
    assert.equal(await stop([0.5, 0.51, 0.52], { by: 0.05 }), true);
  });
  it("counts a NaN score as no improvement", async () => {
    assert.equal(await stop([0.5, Number.NaN, Number.NaN]), true);
  });
});
