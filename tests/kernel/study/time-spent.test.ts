/** Running times of trials. */
import assert from "node:assert/strict";
import { busySecondsOf } from "#kernel/study/time-spent.js";

describe("busy time of trials", () => {
  it("counts overlapping trials once and gaps not at all", () => {
    const trials = [
      { begun: 0, seconds: 10 },
      { begun: 2000, seconds: 10 },
      { begun: 3000, seconds: 1 },
      { begun: 100_000, seconds: 5 },
    ];
    assert.equal(busySecondsOf(trials), 17);
  });
  it("adds the reported durations of trials without a start time", () => {
    assert.equal(busySecondsOf([{ seconds: 3 }, { seconds: 4 }, { begun: 0, seconds: Number.NaN }]), 7);
  });
});
