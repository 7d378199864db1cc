import assert from "node:assert/strict";
import { spreadOfRoundMedians, timeInRounds, type PredictorToTime } from "#kernel/evaluation/latency.js";
import type { ExecutionContext } from "#kernel/session/execution-context.js";

const stage = { hostContext: {} } as unknown as ExecutionContext;

describe("latency measurement", () => {
  it("takes models in turn, in alternating order, and times every row of each", async () => {
    const asked: string[] = [];
    const timed = (name: string): PredictorToTime => ({
      name,
      count: 9,
      writes: false,
      ask: (row) => {
        asked.push(name + String(row));
        return Promise.resolve();
      },
    });
    const times = await timeInRounds([timed("a"), timed("b")], stage);
    assert.deepEqual(
      times.map((own) => own.length),
      [9, 9],
    );
    const turns = asked.map((one) => one[0]).filter((name, i, all) => i === 0 || all[i - 1] !== name);
    assert.deepEqual(turns, ["a", "b", "a", "b"]);
    for (const name of ["a", "b"])
      assert.equal(new Set(asked.filter((one) => one.startsWith(name))).size, 9, "every row");
  });
  it("reports the spread of round medians, but none for few predictions", () => {
    const times = Float64Array.from({ length: 30 }, (_, i) => [5, 6, 7][i % 3]!);
    assert.deepEqual(spreadOfRoundMedians(times), { low: 5, high: 7 });
    assert.equal(spreadOfRoundMedians(times.slice(0, 8)), null);
  });
});
