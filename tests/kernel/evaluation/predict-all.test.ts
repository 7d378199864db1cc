/** What answers take, of what is made ready by its first answer. */
import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { predictAll } from "#kernel/evaluation/predict-all.js";

describe("what stands beside a model, asked of all rows", () => {
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

  it("is not timed while it opens, and says of each row what it says", async () => {
    const one = opensLate();
    const { all, asking } = await predictAll(one, 3, { warm: true });
    assert.deepEqual(one.asked, [[0], [0, 1, 2]]);
    assert.deepEqual(
      "outputs" in all && all.outputs,
      [0, 1, 2].map((row) => Float32Array.of(row)),
    );
    assert.ok(asking < 0.15, String(asking));
  });
  it("is asked once where one more text would take another course, and of no rows not at all beforehand", async () => {
    const [cold, none] = [opensLate(), opensLate()];
    assert.ok((await predictAll(cold, 2, { warm: false })).asking >= 0.19);
    await predictAll(none, 0, { warm: true });
    assert.deepEqual([cold.asked, none.asked], [[[0, 1]], [[]]]);
  });
});
