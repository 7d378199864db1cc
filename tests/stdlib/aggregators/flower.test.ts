/** Aggregators give the results of Flower's own strategies of the same name. */
import assert from "node:assert/strict";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import { callOf, golden, served, titleOf, zeros } from "./golden.js";

describe("aggregators compared with Flower", () => {
  it("all have a golden from Flower or from a reference of their paper", () => {
    const held = new Set([...golden.strategies, ...golden.local].map(({ word }) => word));
    const built = registry.ofKind("aggregator").filter(({ planned }) => !planned);
    assert.deepEqual(
      built.map(({ name }) => name).filter((name) => !held.has(name)),
      [],
      "no oracle has rounds of these: add them to tests/oracles/federation.py, then `npm run oracles -- --bless` writes tests/golden/oracle/federation.json",
    );
    assert.ok(held.size >= 9);
  });
  for (const run of golden.strategies)
    it(`${titleOf(run)}: match every weight after every round, in float64`, async () => {
      const implementation = await implementationOf(registry, "aggregator", run.word);
      const call = callOf(run.word, run.settings);
      const kept = zeros(implementation.keeps, run.begin.length);
      let weights: Float64Array = Float64Array.from(run.begin);
      run.rounds.forEach((round, i) => {
        const updates = round.deltas.map((delta, k) => {
          const own = Float32Array.from(delta);
          assert.deepEqual([...own], delta);
          return { rows: round.rows[k]!, steps: 1, delta: own };
        });
        const before = weights;
        weights = served(implementation, call, { round: i + 1, weights, updates, kept });
        assert.notDeepEqual(weights, before);
        weights.forEach((weight, at) => {
          const wanted = round.weights[at]!;
          assert.ok(
            Math.abs(weight - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted)),
            `${i}, ${at}: ${weight}, ${wanted}`,
          );
        });
      });
    });
});
