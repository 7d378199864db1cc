/** How long trials ran. */
import assert from "node:assert/strict";
import { busySecondsOf } from "#kernel/study/time-spent.js";

describe("the time that trials took", () => {
  it("counts what ran at a time once, and what lies between two runs not at all", () => {
    const trials = [
      { begun: 0, seconds: 10 },
      { begun: 2000, seconds: 10 },
      { begun: 3000, seconds: 1 },
      { begun: 100_000, seconds: 5 },
    ];
    assert.equal(busySecondsOf(trials), 17);
  });
  it("takes the word of trials that don't say when they ran", () => {
    assert.equal(busySecondsOf([{ seconds: 3 }, { seconds: 4 }, { begun: 0, seconds: Number.NaN }]), 7);
  });
});
