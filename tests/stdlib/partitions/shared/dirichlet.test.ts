import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "#stdlib/statistics/chance.js";
import { countsFromShares, dirichletShares } from "#stdlib/partitions/shared/dirichlet.js";

describe("shares from a Dirichlet distribution", () => {
  for (const alpha of [0.05, 0.3, 1, 4, 100])
    it(`have the expected mean and variance at alpha ${String(alpha)}`, () => {
      const [count, draws, generator] = [5, 20_000, seededRandom(3, 1)];
      const first = Array.from({ length: draws }, () => dirichletShares(count, alpha, generator)[0]!);
      const mean = first.reduce((a, b) => a + b, 0) / draws;
      const variance = first.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws;
      const wanted = ((1 / count) * (1 - 1 / count)) / (count * alpha + 1);
      // Four standard errors of a mean; of a variance as wide as that of shares that are 0 or 1.
      assert.ok(Math.abs(mean - 1 / count) < 4 * Math.sqrt(wanted / draws), String(mean));
      assert.ok(Math.abs(variance / wanted - 1) < 0.05, `${variance}, ${wanted}`);
    });
  it("are nonnegative and sum to one, for any alpha", () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
        fc.integer(),
        (count, alpha, seed) => {
          const shares = dirichletShares(count, alpha, seededRandom(seed));
          assert.ok(Math.abs(shares.reduce((a, b) => a + b, 0) - 1) < 1e-9);
          assert.ok(shares.every((share) => share >= 0));
        },
      ),
    ));
  it("round to integers that sum to the total and are proportional on average", () => {
    const generator = seededRandom(4);
    const shares = [0.5, 0.1, 0.1, 0.3];
    for (const count of [0, 1, 2, 7]) {
      const sums = [0, 0, 0, 0];
      for (let i = 0; i < 20_000; i++) {
        const counts = countsFromShares(shares, count, generator);
        assert.equal(
          counts.reduce((a, b) => a + b, 0),
          count,
        );
        counts.forEach((own, k) => {
          assert.ok(own >= 0 && Math.abs(own - shares[k]! * count) < 1 + 1e-9);
          sums[k]! += own;
        });
      }
      sums.forEach((sum, k) => assert.ok(Math.abs(sum / 20_000 - shares[k]! * count) < 0.02, `${count}, ${k}: ${sum}`));
    }
  });
});
