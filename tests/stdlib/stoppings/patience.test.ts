import assert from "node:assert/strict";
import type { StoppingImplementation } from "#stdlib/kinds/training.js";
import { registry } from "#stdlib/registry.js";

const stop = async (values: readonly number[], given: Record<string, string | number> = {}) => {
  const patience = (await registry.find("stopping", "patience")!.load!()) as StoppingImplementation;
  return patience.stop(
    { word: "patience", kind: "stopping", arguments: { validations: 2, metric: "loss", by: 0, ...given } },
    values,
  );
};

describe("patience", () => {
  it("waits for as many validations without improvement as allowed", async () => {
    assert.equal(await stop([1, 0.9, 0.95]), false);
    assert.equal(await stop([1, 0.9, 0.95, 0.91]), true);
    assert.equal(await stop([1, 0.9, 0.95, 0.8]), false);
  });
  it("wants accuracy to rise and loss to fall", async () => {
    assert.equal(await stop([0.5, 0.6, 0.7], { metric: "accuracy" }), false);
    assert.equal(await stop([0.5, 0.6, 0.7]), true);
  });
  it("counts only improvements greater than `by`", async () => {
    assert.equal(await stop([1, 0.99, 0.98], { by: 0.05 }), true);
  });
  it("takes a loss that is not a number as no improvement", async () => {
    assert.equal(await stop([1, Number.NaN, Number.NaN]), true);
  });
});
