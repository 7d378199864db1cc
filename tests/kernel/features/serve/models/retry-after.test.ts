import assert from "node:assert/strict";
import { retryAfterSeconds } from "#kernel/features/serve/models/servable.js";

describe("retry-after of a model that is starting", () => {
  it("is the expected delay in integer seconds, grows while the model is overdue, and is at most a minute", () => {
    assert.deepEqual([66_100, 12_001, 300, 0, -3000, -20_000, -1e9].map(retryAfterSeconds), [60, 13, 1, 1, 2, 10, 60]);
  });
});
