import { holdSums } from "./drawn-rounds.js";

describe("secure sums, long run", () => {
  it("equal the sums of the remaining clients in 10,000 rounds", function () {
    this.timeout(120_000);
    holdSums(10_000);
  });
});
