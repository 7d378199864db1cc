import assert from "node:assert/strict";
import type { SearchDimension, SearchImplementation } from "#stdlib/kinds/search.js";
import { registry } from "#stdlib/registry.js";

const dimensions: readonly SearchDimension[] = [
  { name: "rate", kind: "log", from: 1e-5, to: 1e-1, integer: false },
  { name: "rank", kind: "uniform", from: 1, to: 4, integer: true },
  { name: "kind", kind: "choice", size: 3 },
];

describe("random search", () => {
  it("draws the same trial whatever ran before, and other trials otherwise", async () => {
    const random = (await registry.find("search", "random")!.load!()) as SearchImplementation;
    const call = { word: "random", kind: "search", arguments: {} };
    const draw = (seed: number, trial: number) => random.suggest(call, dimensions, [], seed, trial);
    assert.deepEqual(draw(1, 7), random.suggest(call, dimensions, [{ point: draw(1, 1), score: 1 }], 1, 7));
    assert.notDeepEqual(draw(1, 7), draw(1, 8));
    assert.notDeepEqual(draw(1, 7), draw(2, 7));
  });

  it("spreads evenly: in the logarithm, over integers with both ends, over choices", async () => {
    const random = (await registry.find("search", "random")!.load!()) as SearchImplementation;
    const call = { word: "random", kind: "search", arguments: {} };
    const n = 4000;
    const points = Array.from({ length: n }, (_, i) => random.suggest(call, dimensions, [], 3, i + 1));
    const share = (test: (p: Readonly<Record<string, unknown>>) => boolean) => points.filter(test).length / n;
    for (const bin of [0, 1, 2, 3])
      assert.ok(Math.abs(share((p) => Math.floor(Math.log10(Number(p["rate"])) + 5) === bin) - 0.25) < 0.04);
    for (const rank of [1, 2, 3, 4]) assert.ok(Math.abs(share((p) => p["rank"] === rank) - 0.25) < 0.04);
    for (const kind of [0, 1, 2]) assert.ok(Math.abs(share((p) => p["kind"] === kind) - 1 / 3) < 0.04);
  });
});
