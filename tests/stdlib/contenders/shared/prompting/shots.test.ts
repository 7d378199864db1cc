import assert from "node:assert/strict";
import { chooseShots } from "#stdlib/contenders/shared/prompting/shots.js";

const kinds = Array.from({ length: 100 }, (_, i) => (i < 90 ? "common" : i < 97 ? "rare" : "rarest"));
const counted = (rows: readonly number[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[kinds[row]!] = (counts[kinds[row]!] ?? 0) + 1;
  return counts;
};

describe("examples of a prompt", () => {
  it("are distributed over the labels as evenly as possible", () => {
    assert.deepEqual(counted(chooseShots(kinds, 3, 1)), { common: 1, rare: 1, rarest: 1 });
    for (const count of [4, 5, 7, 8]) {
      const counts = Object.values(counted(chooseShots(kinds, count, 1)));
      assert.equal(
        counts.reduce((a, b) => a + b),
        count,
      );
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, String(count));
    }
    // The rarest label has only three rows.
    assert.deepEqual(counted(chooseShots(kinds, 15, 1)), { common: 6, rare: 6, rarest: 3 });
  });
  it("are reproducible by seed, differ between seeds and never repeat", () => {
    const [one, again, other] = [chooseShots(kinds, 8, 1), chooseShots(kinds, 8, 1), chooseShots(kinds, 8, 2)];
    assert.deepEqual(one, again);
    assert.notDeepEqual(one, other);
    assert.equal(new Set(one).size, 8);
  });
  it("are all rows if no more exist, and none if none is requested", () => {
    assert.deepEqual([...chooseShots(["a", "b", "a"], 9, 0)].sort(), [0, 1, 2]);
    assert.deepEqual(chooseShots(kinds, 0, 0), []);
    assert.deepEqual(chooseShots([], 4, 0), []);
  });
  it("mix the labels: over seeds, each of two comes first about equally often", () => {
    const two = ["a", "a", "a", "b", "b", "b"];
    const firsts = Array.from({ length: 200 }, (_, seed) => two[chooseShots(two, 4, seed)[0]!]);
    const share = firsts.filter((kind) => kind === "a").length / firsts.length;
    assert.ok(share > 0.35 && share < 0.65, String(share));
  });
});
