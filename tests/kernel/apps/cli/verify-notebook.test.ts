/** What `tunebook verify NOTEBOOK` reports about numbers that changed. */
import assert from "node:assert/strict";
import { largestDifferenceText } from "#kernel/apps/cli/verify-notebook.js";

describe("largest differences of a verified notebook", () => {
  it("are reported only for losses or scores that differ", () => {
    assert.equal(
      largestDifferenceText({ loss: 0.0123, score: 0.05 }),
      "losses differ by at most 1.2 %, scores by at most 0.05",
    );
    assert.equal(largestDifferenceText({ loss: 0.0123, score: 0 }), "losses differ by at most 1.2 %");
    assert.equal(largestDifferenceText({ loss: 0, score: 0.05 }), "scores differ by at most 0.05");
  });
});
