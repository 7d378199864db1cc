import assert from "node:assert/strict";
import type { SearchDimension, SearchPoint, SearchImplementation, Study, StudyTrial } from "#stdlib/searches/kind.js";
import { registry } from "#stdlib/registry.js";

const dimensions: readonly SearchDimension[] = [
  { name: "rate", kind: "number", scale: "log", from: 1e-5, to: 1e-1, integer: false },
  { name: "rank", kind: "number", scale: "linear", from: 1, to: 4, integer: true },
  { name: "kind", kind: "choice", size: 3 },
];

const study = (seed: number, trials: readonly StudyTrial[] = []): Study => ({
  ...{ dimensions, objectives: 1, seed, trials, wanted: null },
  allows: () => true,
});

describe("random search", () => {
  it("draws the same trial whatever ran before, and others for other seeds or trials", async () => {
    const random = (await registry.find("search", "random")!.load!()) as SearchImplementation;
    const call = { word: "random", kind: "search", arguments: {} };
    const draw = (seed: number, trial: number) => random.suggest(call, study(seed), trial)!;
    assert.deepEqual(
      draw(1, 7),
      random.suggest(
        call,
        study(1, [{ number: 1, point: draw(1, 1), state: "done", scores: [1], reports: [], violation: 0 }]),
        7,
      ),
    );
    assert.notDeepEqual(draw(1, 7), draw(1, 8));
    assert.notDeepEqual(draw(1, 7), draw(2, 7));
  });

  it("is uniform on a log scale, over integers with both ends, and over choices", async () => {
    const random = (await registry.find("search", "random")!.load!()) as SearchImplementation;
    const call = { word: "random", kind: "search", arguments: {} };
    const n = 4000;
    const points = Array.from({ length: n }, (_, i) => random.suggest(call, study(3), i + 1)!);
    const share = (test: (p: SearchPoint) => boolean) => points.filter(test).length / n;
    for (const bin of [0, 1, 2, 3])
      assert.ok(Math.abs(share((p) => Math.floor(Math.log10(Number(p["rate"])) + 5) === bin) - 0.25) < 0.04);
    for (const rank of [1, 2, 3, 4]) assert.ok(Math.abs(share((p) => p["rank"] === rank) - 0.25) < 0.04);
    for (const kind of [0, 1, 2]) assert.ok(Math.abs(share((p) => p["kind"] === kind) - 1 / 3) < 0.04);
  });
});
