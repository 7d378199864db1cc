import assert from "node:assert/strict";
import { meanScoresByRows } from "#kernel/features/federate/session/remote-scores.js";

describe("scores of remote clients", () => {
  it("are averaged by rows, for each metric over the clients that report it", () => {
    const all = [
      { rows: 1, metrics: { accuracy: 1, loss: 0.5 } },
      { rows: 3, metrics: { accuracy: 0.5 } },
      { rows: 4, metrics: { accuracy: 0.25, loss: 1 } },
    ];
    const { accuracy, loss } = meanScoresByRows(all);
    assert.ok(Math.abs((accuracy ?? 0) - 3.5 / 8) < 1e-12);
    assert.ok(Math.abs((loss ?? 0) - 4.5 / 5) < 1e-12);
    assert.deepEqual(meanScoresByRows([]), {});
  });
});
