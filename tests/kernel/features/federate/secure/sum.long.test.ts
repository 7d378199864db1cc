import { holdSums } from "./drawn-rounds.js";

describe("secure sums, at length", () => {
  it("are the sums of those that stayed in 10,000 rounds", function () {
    this.timeout(120_000);
    holdSums(10_000);
  });
});
