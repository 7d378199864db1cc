/** Predictions over all rows, timed without what the first prediction prepares. */
import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { predictRowsWithBaseline } from "#kernel/evaluation/baseline-predictions.js";

describe("baseline predictions on all rows", () => {
  const opensLate = () => {
    const asked: number[][] = [];
    return {
      asked,
      ask: async (rows: Uint32Array) => {
        if (asked.length === 0) await wait(200);
        asked.push([...rows]);
        return { outputs: [...rows].map((row) => Float32Array.of(row)) };
      },
    };
  };

  it("exclude opening from the timing, and return an output for each row", async () => {
    const one = opensLate();
    const { all, asking } = await predictRowsWithBaseline(one, 3, { warm: true });
    assert.deepEqual(one.asked, [[0], [0, 1, 2]]);
    assert.deepEqual(
      "outputs" in all && all.outputs,
      [0, 1, 2].map((row) => Float32Array.of(row)),
    );
    assert.ok(asking < 0.15, String(asking));
  });
  it("skip the warm-up request if it would change the result, or if no rows are given", async () => {
    const [cold, none] = [opensLate(), opensLate()];
    assert.ok((await predictRowsWithBaseline(cold, 2, { warm: false })).asking >= 0.19);
    await predictRowsWithBaseline(none, 0, { warm: true });
    assert.deepEqual([cold.asked, none.asked], [[[0, 1]], [[]]]);
  });
});
